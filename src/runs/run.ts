import type { Flow } from '../config/flow.ts';
import type { Event } from '../events/event.ts';
import type { StepName } from './steps/names.ts';

/** Where the progress note stands. */
export interface NoteRef {
  readonly id: number;
  readonly discussionId: string | undefined;
}

/** How a run ended, and what its last note says. */
export type Outcome =
  | { readonly kind: 'merge_request'; readonly iid: number; readonly url: string }
  /** Commits on the workload branch, and the agent is set to open no merge request. */
  | { readonly kind: 'branch'; readonly name: string }
  | { readonly kind: 'no_changes' }
  | {
      readonly kind: 'failed';
      readonly reason: string;
      readonly job: { readonly name: string; readonly url: string } | undefined;
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

/** A run's state as people see it. */
export type RunState =
  | 'queued'
  | 'starting'
  | 'running'
  | 'succeeded'
  | 'failed'
  | 'cancelled'
  | 'timed_out'
  | 'refused';

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
  readonly step: StepName;
  /** How often the step has failed in a row. */
  readonly failures: number;
  /** How often the step has looked and found nothing new. */
  readonly looks: number;
  readonly note?: NoteRef;
  /** The flow as read when the run was prepared; `null` for an agent without one. */
  readonly flow?: Flow | null;
  readonly branch?: {
    readonly name: string;
    /** The commit it started from: a branch that still stands there has no commits of the agent. */
    readonly commitId: string;
    /** Where a merge request goes. */
    readonly target: string;
  };
  readonly pipeline?: { readonly id: number; readonly url: string; readonly createdAt: string };
  readonly outcome?: Outcome;
  /** ISO 8601, when the last note was written. */
  readonly finishedAt?: string;
}
