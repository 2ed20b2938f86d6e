import type { Event } from '../events/event.ts';

/** A name and an address for commits. */
export interface CommitPerson {
  readonly name: string;
  readonly email: string;
}

/** All that a job is told about its run. */
export interface Handover {
  readonly runId: string;
  readonly agent: string;
  readonly event: Event;
  /** What the agent is asked. */
  readonly input: string;
  /** The discussion of the progress note, where an agent can answer. */
  readonly discussionId: string;
  readonly branch: string;
  /** Where a merge request of the workload branch would go. */
  readonly targetBranch: string;
  /** The service account, who authors. */
  readonly author: CommitPerson;
  /** The acting person, who commits. */
  readonly committer: CommitPerson;
  /** JSON of the issue or merge request. */
  readonly context: string;
  readonly gitlabUrl: string;
}
