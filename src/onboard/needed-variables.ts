import { type FlowFacts, missingFlowFile, variablesOf } from '../check/flows.ts';
import { hear } from '../check/heard.ts';
import { tokenVariable } from '../config/token-variable.ts';
import { parseFlow } from '../flows/flow.ts';
import type { ProjectSettings } from '../setup/ports.ts';
import type { FlowPlace } from './files.ts';
import type { Onboarding } from './ports.ts';

/** A CI/CD variable that an agent's flow takes and the project does not have. */
export interface NeededVariable {
  readonly name: string;
  /** What it holds, as far as the flow says; may be empty. */
  readonly about: string;
  /** The environment scope that keeps it to the agent's jobs. */
  readonly environment: string;
}

/**
 * The CI/CD variables that somebody has to add, as only people have their values. Where GitLab does not show those of
 * the project, all that the flows take. A group above may have them.
 */
export async function neededVariables(
  gitlab: Pick<Onboarding, 'variables'>,
  { id }: ProjectSettings,
  places: readonly FlowPlace[],
): Promise<readonly NeededVariable[]> {
  const needed = places.flatMap(ofFlow);
  if (needed.length === 0) return [];
  const present = await hear(gitlab.variables(id));
  const names = new Set('is' in present ? present.is.map(({ key }) => key) : []);
  return needed.filter(({ name }) => !names.has(name));
}

function ofFlow({ agent, facts, shipped }: FlowPlace): readonly NeededVariable[] {
  const { names, usesToken } = variablesOf(withShipped(facts, shipped), agent);
  const environment = `ai-flow/${agent.name}`;
  const aboutOf = (name: string) => shipped?.variables.find((one) => one.name === name)?.about ?? '';
  const token = {
    name: tokenVariable(agent.name),
    about: `an access token of ${agent.account}, scope api`,
    environment,
  };
  return [
    ...names.map((name) => ({ name, about: aboutOf(name), environment })),
    ...(usesToken ? [token] : []),
  ];
}

/** Where the project has no flow file yet, the one that it is offered. */
function withShipped(facts: FlowFacts, shipped: FlowPlace['shipped']): FlowFacts {
  const path = missingFlowFile(facts);
  if (path === undefined || shipped === undefined) return facts;
  return { kind: 'file', path, flow: { is: parseFlow(shipped.text, path) } };
}
