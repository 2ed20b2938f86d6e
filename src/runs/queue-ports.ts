import type { OnBusy, Rate } from '../config/config.ts';
import type { SettledPipeline } from '../events/reading.ts';
import type { Answer } from '../turns/turns.ts';
import type { Command } from './command.ts';
import type { Run } from './run.ts';

/** What to do with a run once it has been performed as far as it goes. */
export type Performed =
  | { readonly kind: 'done'; readonly run: Run }
  /** Take it up again at `at` (milliseconds since the epoch), or earlier when it is woken. */
  | { readonly kind: 'wait'; readonly run: Run; readonly at: number };

/** The runs that may be active at once, of all processes together. */
export interface RunTurns {
  /**
   * Asks for the run's turn. It is woken when it has to wait and its turn comes. Asking again changes nothing.
   * Fails with a {@link Failure} that passes. `by`: the run that is in the way, where it can be found.
   */
  request(
    run: Run,
    onBusy: OnBusy,
  ): Promise<Exclude<Answer, { kind: 'busy' }> | { readonly kind: 'busy'; readonly by: Run | undefined }>;
  /** Gives back the run's turn, or its place in the line. Where that fails, it happens within a minute. */
  release(runId: string): Promise<void>;
}

/**
 * Finds the run in which an agent wrote the comment that asks for this run: the newest one of that agent on the same
 * issue or merge request whose pipeline was there when the comment was written, and that had not ended long before.
 * Fails with a {@link Failure} that passes.
 */
export type ParentOf = (run: Run, agent: string) => Promise<Run | undefined>;

/** Limits on how often runs are started, by what they count. */
export type RateName = 'perObject' | 'perAgent' | 'perUser' | 'perProject';

/** How often runs may be started, of all processes together. */
export interface RunRates {
  /**
   * Counts a run that is let in. `again`: ISO 8601, when it would be. `isFirst`: nobody has told this person on this
   * item yet. A run that is refused does not count. Fails with a {@link Failure} that passes.
   */
  count(run: Run): Promise<RateAnswer>;
  /** Ends the pause on an item, and that of an agent as a whole. */
  resume(about: Pick<Command, 'agent' | 'project' | 'resource'>): Promise<void>;
}

export type RateAnswer =
  | { readonly kind: 'allowed' }
  | {
      readonly kind: 'exceeded';
      readonly name: RateName;
      readonly rate: Rate;
      readonly again: string;
      readonly isFirst: boolean;
    };

/** Performs the steps of a run one after another. */
export type Perform = (
  run: Run,
  tools: {
    /** Makes a step durable. */
    readonly save: (run: Run) => Promise<void>;
    /**
     * Resolves while the run is this process's own; rejects, with `signal` aborted, when another has taken it over.
     * To be asked right before anything is done elsewhere.
     */
    readonly confirm: () => Promise<void>;
    readonly signal: AbortSignal;
    /** How often in the life of the run work on it ended without a result: the process died, or our own code threw. */
    readonly interruptions: number;
    /** What the newest wake told of a pipeline, if anything; it need not be the run's own. */
    readonly settled?: SettledPipeline | undefined;
  },
) => Promise<Performed>;

/** A trigger with a schedule, in one of its projects. */
export interface ScheduledTrigger {
  readonly trigger: string;
  /** Full path. */
  readonly project: string;
  readonly cron: string;
  readonly timezone: string;
}

/** A time of a schedule that has come. */
export interface Tick {
  readonly trigger: string;
  readonly project: string;
  /** Milliseconds since the epoch: the time that was planned, not the one at which it is worked on. */
  readonly at: number;
}

/** Something that has to be done ever again, by one worker of all each time. */
export interface Duty {
  readonly name: string;
  /** Milliseconds. */
  readonly every: number;
  /** Once more; what it could not do is for the next time. */
  readonly work: () => Promise<void>;
}

/** How far back everything that happened has been received, of all processes together. */
export interface CaughtUp {
  /** What happened before this time (milliseconds since the epoch) is too old to act on. */
  acceptsFrom(): Promise<number>;
  /** How far each source that the config has has come, milliseconds since the epoch; one that has not begun is left out. */
  upTo(): Promise<Readonly<Record<string, number>>>;
  /** Says that a source has told of all that happened up to `at`, in milliseconds since the epoch; goes forward only. */
  moveTo(source: CatchUpSource, at: number): Promise<void>;
  /**
   * The time, in milliseconds since the epoch, by which something is known that several sources tell of with
   * slightly different times. `name`: what it is, without the time. Two deliveries are never the same.
   */
  timeOf(told: {
    readonly name: string;
    readonly at: number;
    readonly by: 'delivery' | 'todo';
  }): Promise<number>;
}

/** Who tells of what happened a while ago: an agent's To-Do items, or the webhook deliveries that failed. */
export type CatchUpSource = `todos/${string}` | 'hookEvents';

/** Who wants a run to stop, and why, in words for people. */
export interface StopRequest {
  readonly by: string;
  readonly reason: string;
}

/** Jobs in each state of the queue: runs, and the times of schedules and requests to stop among them. */
export type QueueDepth = Readonly<Record<'waiting' | 'active' | 'delayed' | 'completed' | 'failed', number>>;

/** The producing side of the queue, which is also the store of runs. */
export interface RunQueue {
  /**
   * Adds a run unless one with its id is there. Durable when it resolves; rejects with a {@link BeckonError}
   * `queue_unavailable` when the queue cannot take it within 2 s, in a burst after up to 6 s in line.
   */
  add(run: Run): Promise<{ readonly duplicate: boolean }>;
  /** Adds a command unless one with its id is there; durable and bounded as {@link RunQueue.add}. */
  addCommand(command: Command): Promise<void>;
  /**
   * Has a waiting run taken up at once; does nothing for a run that is not waiting, or not there. `settled` is handed
   * to whoever takes it up, unless another wake comes first.
   */
  wake(runId: string, settled?: SettledPipeline): Promise<void>;
  find(runId: string): Promise<Run | undefined>;
  /**
   * Asks for the end of a run and wakes it. Durable when it resolves with `asked`; of several requests the first
   * is kept, as long as runs are kept. `over`: its outcome is known. `unknown`: there is no such run.
   */
  stop(runId: string, request: StopRequest): Promise<'asked' | 'over' | 'unknown'>;
  /** The request to stop that a run has to heed. */
  stopOf(runId: string): Promise<StopRequest | undefined>;
  /**
   * Newest first; those for which `where` holds. `unfinished`: only runs that have not ended, which takes far less
   * time where many have. `endedSince`: those that have not ended, or not before this time (milliseconds since the
   * epoch); takes time by how many ended since then.
   */
  list(options: {
    readonly limit: number;
    readonly where?: (run: Run) => boolean;
    readonly unfinished?: boolean;
    readonly endedSince?: number;
  }): Promise<readonly Run[]>;
  /** When the store was asked this for the first time, milliseconds since the epoch: a store that is new may have lost runs. */
  bornAt(): Promise<number>;
  depth(): Promise<QueueDepth>;
  /** Resolves when the queue answers, rejects within 2 s when not. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
