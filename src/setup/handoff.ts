import { ACCESS_LEVELS } from '../config/config.ts';
import { isAtLeast } from '../lib/version.ts';
import type { AgentFact, CiFacts } from './facts.ts';
import type { VariablesRole } from './ports.ts';

/** How a project lets Beckon hand over its runs. */
export interface HandoffPlan {
  /** Agents that may not send pipeline variables. */
  readonly barred: readonly AgentFact[];
  /** The CI file has to take a run by pipeline inputs. */
  readonly needsInputs: boolean;
  /** The setting for pipeline variables has to change. */
  readonly needsSetting: boolean;
}

/** Pipeline inputs are generally available from this version on, https://docs.gitlab.com/ci/inputs/ */
const INPUTS_SINCE = [18, 1] as const;

/** Whether the CI file hands on what comes by pipeline inputs. */
export function takesInputs({ file }: Pick<CiFacts, 'file'>): boolean {
  return file?.inputs.includes('ai_flow_script') === true;
}

/**
 * Variables where the project allows them, else inputs. Inputs need GitLab 18.1 and a CI file of the project's own:
 * whether they reach a file in another project is not said anywhere, so that is only gone for where the file takes them.
 */
export function planHandoff({ settings, version, agents, place, file }: CiFacts): HandoffPlan {
  const barred = agents.filter(({ level }) => !maySend(level, settings.variablesRole));
  const mayTakeInputs =
    isAtLeast(version, INPUTS_SINCE) &&
    (place.kind === 'own' || (place.kind === 'central' && takesInputs({ file })));
  return {
    barred,
    needsInputs:
      agents.some(({ handoff }) => handoff === 'inputs') ||
      (mayTakeInputs && barred.some(({ handoff }) => handoff === 'auto')),
    needsSetting: barred.some(
      ({ handoff }) => handoff === 'variables' || (handoff === 'auto' && !mayTakeInputs),
    ),
  };
}

function maySend(level: number | undefined, role: VariablesRole | undefined): boolean {
  if (role === undefined) return true;
  // An agent has to become a Developer in any case.
  return role !== 'no_one_allowed' && Math.max(level ?? 0, ACCESS_LEVELS.developer) >= ACCESS_LEVELS[role];
}
