import { gatherFlow } from '../check/flows.ts';
import type { Config } from '../config/config.ts';
import type { Hook } from '../hooks/ports.ts';
import { BeckonError } from '../lib/errors.ts';
import { Failure } from '../runs/failures.ts';
import { agentsIn, gatherCiFacts, projectAgent } from '../setup/facts.ts';
import { findProject } from '../setup/findings.ts';
import type { ShippedFlow } from '../setup/flow-file.ts';
import type { CiTemplates } from '../setup/plan.ts';
import { type FlowPlace, planCiFiles, planFlow, shippedFor } from './files.ts';
import { planMember } from './members.ts';
import { type NeededVariable, neededVariables } from './needed-variables.ts';
import type { Onboarding } from './ports.ts';
import { fromFinding, type Step } from './step.ts';
import { planWebhook } from './webhook.ts';

/** The files that come along with Beckon. */
export interface Shipped {
  readonly ci: CiTemplates;
  readonly flows: readonly ShippedFlow[];
}

/** What a project needs until agents work in it. */
export interface ProjectPlan {
  /** Full path. */
  readonly project: string;
  /** In the order in which they are done. */
  readonly steps: readonly Step[];
  /** What only people can add. */
  readonly variables: readonly NeededVariable[];
  /** The page on which variables are added. */
  readonly variablesLink: string;
}

/**
 * Looks at a project and says what it needs; changes nothing. Fails with a `Failure` of GitLab, and with a
 * {@link BeckonError} where no trigger of the config covers the project.
 */
export async function planProject(
  gitlab: Onboarding,
  project: string,
  { config, shipped }: { readonly config: Config; readonly shipped: Shipped },
): Promise<ProjectPlan> {
  const agents = agentsIn(config, project);
  if (agents.length === 0)
    throw new BeckonError('no_trigger', `No trigger of the config covers ${project}.`, {
      hint: 'Add it to the projects of a trigger.',
    });
  const facts = await gatherCiFacts(gitlab, { project, agents: agents.map(projectAgent) });
  const { settings, version } = facts;
  const hooks = await hooksIfShown(gitlab, settings.id);
  const steps: Step[] = findProject(settings).map(fromFinding);
  const variablesLink = `${settings.url}/-/settings/ci_cd`;
  if (settings.archived) return { project: settings.path, steps, variables: [], variablesLink };
  for (const agent of facts.agents)
    steps.push(await planMember(gitlab, settings, { agent, isMaintainer: hooks !== undefined }));
  steps.push(planWebhook(gitlab, config, { hooks, version, settings }));
  steps.push(...(await planCiFiles(gitlab, facts, shipped.ci)));
  const places: FlowPlace[] = [];
  for (const agent of agents)
    places.push({
      agent,
      facts: await gatherFlow(gitlab, settings, agent),
      shipped: shippedFor(agent, shipped.flows),
    });
  // Two agents may share one file.
  const byPath = new Map(places.map((place) => [pathOf(place) ?? place, place]));
  for (const place of byPath.values()) steps.push(...(await planFlow(gitlab, settings, place)));
  return {
    project: settings.path,
    steps,
    variables: await neededVariables(gitlab, settings, places),
    variablesLink,
  };
}

function pathOf({ facts }: FlowPlace): string | undefined {
  return facts?.kind === 'file' ? facts.path : undefined;
}

/** GitLab shows webhooks to those who may change them, who also may change members. */
async function hooksIfShown(
  gitlab: Pick<Onboarding, 'hooks'>,
  projectId: number,
): Promise<readonly Hook[] | undefined> {
  try {
    return await gitlab.hooks(projectId);
  } catch (error) {
    if (error instanceof Failure && error.status === 403) return undefined;
    throw error;
  }
}
