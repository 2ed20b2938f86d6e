import type { Agent } from '../config/config.ts';
import { type Flow, NO_GATEWAY } from '../config/flow.ts';
import { flowPaths, parseFlow } from '../flows/flow.ts';
import { type Finding, ok, wrong } from '../setup/finding.ts';
import type { ProjectSettings } from '../setup/ports.ts';
import { type Heard, hear, unheard } from './heard.ts';
import type { CheckedGitLab } from './ports.ts';
import type { FlowVariables } from './variables.ts';

/** The flow of an agent in a project; `undefined`: it has none, and a job of the project's own does the work. */
export type FlowFacts =
  | undefined
  | { readonly kind: 'inline'; readonly flow: Flow }
  /** `flow` is a text that says what is wrong, or `undefined` where no file is there. */
  | { readonly kind: 'file'; readonly path: string; readonly flow: Heard<Flow | string | undefined> };

/** Reads the flow of an agent where a run would: on the default branch. */
export async function gatherFlow(
  gitlab: Pick<CheckedGitLab, 'readFile'>,
  { id, defaultBranch }: ProjectSettings,
  { flow }: Agent,
): Promise<FlowFacts> {
  if (flow.kind === 'none') return undefined;
  if (flow.kind === 'inline') return flow;
  for (const path of flowPaths(flow.path)) {
    const text = await hear(gitlab.readFile(id, path, defaultBranch ?? 'HEAD'));
    if ('failure' in text) return { kind: 'file', path, flow: text };
    if (text.is !== undefined) return { kind: 'file', path, flow: { is: parseFlow(text.is, path) } };
  }
  return { kind: 'file', path: flow.path, flow: { is: undefined } };
}

/** The path of a flow file that is not there; `undefined`: it is, or there is to be none, or nobody could tell. */
export function missingFlowFile(facts: FlowFacts): string | undefined {
  if (facts?.kind !== 'file' || 'failure' in facts.flow) return undefined;
  return facts.flow.is === undefined ? facts.path : undefined;
}

/** Whether a run can use the flow. */
export function findFlow(
  facts: FlowFacts,
  { name, gateway }: Agent,
  settings: ProjectSettings,
): readonly Finding[] {
  if (facts === undefined) return [];
  const flow = flowOf(facts);
  const needsGateway = flow?.injectGatewayToken === true && gateway === 'none';
  const gatewayFinding = needsGateway
    ? [wrong(`The flow of ${name} asks for a gateway token.`, `The flow ${NO_GATEWAY}.`)]
    : [];
  if (facts.kind === 'inline') return gatewayFinding;
  const { path } = facts;
  if ('failure' in facts.flow) return [unheard(`The flow file ${path}`, facts.flow.failure, 'Reporters')];
  const branch = settings.defaultBranch ?? 'HEAD';
  const read = facts.flow.is;
  if (read === undefined)
    return [
      wrong(
        `The flow file ${path} is not on the branch ${branch}.`,
        `Add it there (\`beckon flow list\` names those that come along), or change agents.${name}.flow in the config.`,
        settings.url,
      ),
    ];
  if (typeof read === 'string')
    return [wrong(read, 'Correct it there.', `${settings.url}/-/blob/${branch}/${path}`)];
  return gatewayFinding.length > 0 ? gatewayFinding : [ok(`The flow file ${path} is valid.`)];
}

/** The CI/CD variables that the flow uses, as far as it can be read. */
export function variablesOf(facts: FlowFacts, { name, signingKey }: Agent): FlowVariables {
  const flow = facts === undefined ? undefined : flowOf(facts);
  const commands = [...(flow?.setup_script ?? []), ...(flow?.commands ?? [])].join('\n');
  return {
    agent: name,
    names: flow?.variables ?? [],
    usesToken: /GITLAB_TOKEN\b/.test(commands),
    isSigned: signingKey !== undefined,
  };
}

function flowOf(facts: NonNullable<FlowFacts>): Flow | undefined {
  if (facts.kind === 'inline') return facts.flow;
  const read = 'is' in facts.flow ? facts.flow.is : undefined;
  return typeof read === 'object' ? read : undefined;
}
