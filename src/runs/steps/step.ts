import type { Agent, Config, Trigger } from '../../config/config.ts';
import type { SettledPipeline } from '../../events/reading.ts';
import type { createFlowParser } from '../../flows/flow.ts';
import type { Failure } from '../failures.ts';
import type { IsLetIn } from '../named-users.ts';
import type { Clock, GitLab } from '../ports.ts';
import type { ParentOf, RunRates, RunTurns } from '../queue-ports.ts';
import type { Run } from '../run.ts';

/** Projects, by their ids, that took inputs after they had refused variables; for a while. */
export interface InputsOnly {
  has(projectId: number): boolean;
  add(projectId: number): void;
  delete(projectId: number): void;
}

export interface StepTools {
  /** As the account of the run's agent. */
  readonly gitlab: GitLab;
  readonly agent: Agent;
  readonly trigger: Trigger;
  /** All agents, how often they may ask one another in a row, and whose secrets vouch for what. */
  readonly config: Pick<Config, 'agents' | 'limits' | 'webhook'>;
  readonly parentOf: ParentOf;
  readonly isLetIn: IsLetIn;
  readonly turns: Pick<RunTurns, 'request'>;
  readonly rates: Pick<RunRates, 'count'>;
  readonly gitlabUrl: string;
  readonly parseFlow: ReturnType<typeof createFlowParser>;
  readonly inputsOnly: InputsOnly;
  readonly clock: Clock;
  /** Told of a failure that the run can do without. */
  readonly overlooked: (error: Failure) => void;
  /**
   * The step may have been tried before, by this process or one that died: what it makes can be there already,
   * even if no answer said so. A step that is entered for the first time need not look.
   */
  readonly resumed: boolean;
  /** What the webhook told that woke the run last, if it was one of a pipeline; that need not be the run's own. */
  readonly settled: SettledPipeline | undefined;
}

export type StepResult =
  /** The step is done. With an outcome in the run what is left is to clean up and say so. */
  | { readonly kind: 'done'; readonly run: Run }
  /** Nothing to do yet; look again after so many milliseconds, or when woken. */
  | { readonly kind: 'wait'; readonly run: Run; readonly after: number };

/** One step of a run: looks once, has one effect at most, and finds that effect when it is there already. */
export type Step = (run: Run, tools: StepTools) => Promise<StepResult>;

export function done(run: Run): StepResult {
  return { kind: 'done', run };
}
