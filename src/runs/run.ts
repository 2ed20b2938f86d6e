import type { Flow } from '../config/flow.ts';
import type { Event } from '../events/event.ts';
import type { StepName } from './steps/names.ts';

/** Where the progress note stands. */
export interface NoteRef {
  readonly id: number;
  readonly discussionId: string | undefined;
}

/** How much the agent changed. */
export interface Size {
  readonly files: number;
  /** Left out where a file is too large for GitLab to show its lines. */
  readonly lines?: { readonly added: number; readonly removed: number };
}

export interface EarlierWork {
  /** Id of the newest pipeline made through the API on the branch: those of this run come after it. */
  readonly pipelineId: number;
  readonly mergeRequest: number | undefined;
}

/** How a run ended, and what its last note says. */
export type Outcome =
  | {
      readonly kind: 'merge_request';
      readonly iid: number;
      readonly url: string;
      readonly size?: Size;
      /** It was there before this run, which added commits to it. */
      readonly updated?: true;
    }
  /** Commits on the workload branch, and the agent is set to open no merge request. */
  | { readonly kind: 'branch'; readonly name: string }
  | { readonly kind: 'no_changes' }
  | {
      readonly kind: 'failed';
      readonly reason: string;
      readonly job: { readonly id?: number; readonly name: string; readonly url: string } | undefined;
    }
  /** Nothing ran; `error` says what to do about it. */
  | { readonly kind: 'not_started'; readonly error: string }
  /**
   * The acting person may not start the agent, or not now. Strangers to the project get no note. `see`: the address
   * of the note of a run that is in the way.
   */
  | { readonly kind: 'refused'; readonly error: string; readonly silent: boolean; readonly see?: string }
  | { readonly kind: 'cancelled'; readonly by: string | undefined }
  | { readonly kind: 'timed_out' };

/** The agent whose comment asked for a run. */
export interface AskedBy {
  readonly agent: string;
  /** Its username. */
  readonly account: string;
  /** The run in which it wrote the comment. */
  readonly run: string;
  /** How many runs follow from each other by agents' mentions, this one among them. */
  readonly depth: number;
}

/** Something that happened to a run. */
export interface HistoryEntry {
  /** ISO 8601, when it happened for the first time. */
  readonly at: string;
  /** `taken up`, `entered`, `waiting`, `retrying`, `gave up`, `finished`; `left out` stands for several others. */
  readonly what: string;
  /** The step in which it happened. */
  readonly step: StepName;
  /** What went wrong. */
  readonly detail?: string;
  /** How often it happened in a row. */
  readonly times: number;
}

/** What a pipeline that does not start, or does not go on, waits for. */
export type WaitingFor = 'runner' | 'resource' | 'person';

/** One execution of an agent for one event. Saved after every step; all that a later step needs is in it. */
export interface Run {
  /** Of this shape; a newer program still reads the older ones. */
  readonly version: 1;
  readonly id: string;
  readonly agent: string;
  readonly trigger: string;
  readonly event: Event;
  /** ISO 8601. */
  readonly createdAt: string;
  /** The run whose event this one was started for again. */
  readonly retryOf?: string;
  /** Left out where a person asked; else the acting person is the one who asked the first of the agents. */
  readonly askedBy?: AskedBy;
  readonly step: StepName;
  /** How often the step has failed in a row. */
  readonly failures: number;
  /** How often the step has looked and found nothing new. */
  readonly looks: number;
  readonly note?: NoteRef;
  /**
   * A merge request from a fork, where a Maintainer has to agree: the commit that is asked about, since when, and the
   * username of who agreed.
   */
  readonly fork?: { readonly commitId: string; readonly askedAt: string; readonly approvedBy?: string };
  /** The flow as read when the run was prepared; `null` for an agent without one. */
  readonly flow?: Flow | null;
  readonly branch?: {
    readonly name: string;
    /** The commit it started from: a branch that still stands there has no commits of the agent. */
    readonly commitId: string;
    /** Where a merge request goes. */
    readonly target: string;
    /** The branch is that of an earlier run in the same thread; what was there when this run took it over. */
    readonly earlier?: EarlierWork;
  };
  readonly pipeline?: { readonly id: number; readonly url: string; readonly createdAt: string };
  /** Of the interruptions in the life of the run those that are counted among its failures. */
  readonly interruptions?: number;
  /** What the note says that the pipeline waits for. */
  readonly waitingFor?: WaitingFor;
  readonly outcome?: Outcome;
  /** The time line, oldest first; runs of older programs have none. */
  readonly history?: readonly HistoryEntry[];
  /** ISO 8601, when the last note was written. */
  readonly finishedAt?: string;
}
