import { type FlowFacts, findFlow, missingFlowFile } from '../check/flows.ts';
import type { Agent } from '../config/config.ts';
import type { CiFacts } from '../setup/facts.ts';
import { findConfiguration } from '../setup/findings.ts';
import { flowChange, type ShippedFlow } from '../setup/flow-file.ts';
import { type CiTemplates, mergeRequestObstacle, planCi } from '../setup/plan.ts';
import type { ProjectSettings } from '../setup/ports.ts';
import { planOffer } from './offer.ts';
import type { Onboarding } from './ports.ts';
import { fromFinding, person, type Step, there } from './step.ts';

/** Has the CI configuration take in the agent's job, by the merge request of `beckon ci`. */
export async function planCiFiles(
  gitlab: Onboarding,
  facts: CiFacts,
  templates: CiTemplates,
): Promise<readonly Step[]> {
  const faults = findConfiguration(facts, templates).filter(({ state }) => state === 'wrong');
  // What has a remedy of its own is a setting; the others are what the files are for.
  const settings = faults.filter(({ remedy }) => remedy !== undefined).map(fromFinding);
  const ofFiles = faults.filter(({ remedy }) => remedy === undefined);
  if (ofFiles.length === 0)
    return [...settings, ...(settings.length > 0 ? [] : [there('The CI configuration is right.')])];
  const is = ofFiles.map(({ text }) => text).join(' ');
  const { change } = planCi(facts, templates);
  if (typeof change !== 'string')
    return [...settings, await planOffer(gitlab, facts.settings, { is, change })];
  const remedy = `${change} \`beckon ci ${facts.settings.path}\` prints what to change.`;
  return [...settings, person(is, remedy)];
}

/** What is known of an agent's flow in a project. */
export interface FlowPlace {
  readonly agent: Agent;
  readonly facts: FlowFacts;
  /** The one that comes along and that the agent would be given. */
  readonly shipped: ShippedFlow | undefined;
}

/** Has the project hold the flow file of an agent, by the merge request of `beckon flow add`. */
export async function planFlow(
  gitlab: Onboarding,
  settings: ProjectSettings,
  { agent, facts, shipped }: FlowPlace,
): Promise<readonly Step[]> {
  const path = missingFlowFile(facts);
  if (path === undefined || shipped === undefined) return findFlow(facts, agent, settings).map(fromFinding);
  const is = `The flow file ${path} is not there.`;
  const obstacle = mergeRequestObstacle(settings);
  if (obstacle !== undefined) return [person(is, obstacle)];
  const change = flowChange(shipped, { path, isNew: true });
  return [await planOffer(gitlab, settings, { is, change })];
}

/** The flow that comes along for an agent: by the name of its flow file, else by its own. */
export function shippedFor({ name, flow }: Agent, flows: readonly ShippedFlow[]): ShippedFlow | undefined {
  if (flow.kind !== 'file') return undefined;
  const file = /([^/]+?)\.ya?ml$/.exec(flow.path)?.[1];
  return flows.find((one) => one.name === file) ?? flows.find((one) => one.name === name);
}
