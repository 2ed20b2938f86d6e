import type { OnBusy } from '../config/config.ts';
import type { Project, Resource } from '../events/event.ts';
import type { FileDiff } from '../flows/diff-text.ts';
import type { Thread } from '../flows/threads.ts';
import type { PipelineVariable } from '../flows/variables.ts';
import type { Answer } from '../turns/turns.ts';
import type { NoteRef, Run } from './run.ts';

/** The place of a note: an issue or merge request of a project. */
export interface Place {
  readonly project: Project;
  readonly resource: Resource;
}

export interface Account {
  readonly id: number;
  readonly username: string;
  readonly name: string;
  /** The address that GitLab accepts in commits of this account. */
  readonly commitEmail: string;
}

export interface User {
  readonly id: number;
  readonly username: string;
  readonly name: string;
  /** GitLab's own flag: project bots, service accounts, and other accounts that are no people. */
  readonly bot: boolean;
  readonly active: boolean;
}

export interface Pipeline {
  readonly id: number;
  readonly url: string;
  /** As GitLab says it: created, pending, running, success, failed, … */
  readonly status: string;
  readonly createdAt: string;
}

export interface Job {
  readonly name: string;
  readonly status: string;
  readonly url: string;
  readonly failureReason: string | undefined;
}

export interface MergeRequestRef {
  readonly iid: number;
  readonly url: string;
}

/**
 * All that a run asks of GitLab, as the account of one agent. Every call makes one request at most (lists: one
 * a page) and fails with a {@link Failure}; a thing that is not there is `undefined`, not a failure.
 */
export interface GitLab {
  account(): Promise<Account>;
  user(id: number): Promise<User | undefined>;
  userByName(username: string): Promise<User | undefined>;
  /** The highest access level with inherited and shared membership; `undefined`: not a member. */
  accessLevel(projectId: number, userId: number): Promise<number | undefined>;

  createNote(
    place: Place,
    note: { body: string; discussionId?: string; internal: boolean },
  ): Promise<NoteRef>;
  /** The newest note of this account whose body holds `marker`. */
  findNote(place: Place, marker: string): Promise<NoteRef | undefined>;
  editNote(place: Place, noteId: number, body: string): Promise<void>;

  /** A text file on a branch, with the id of its content; `undefined` where file or branch is not there. */
  readFile(
    project: number | string,
    path: string,
    ref: string,
  ): Promise<{ readonly text: string; readonly blobId: string | undefined } | undefined>;
  /** A project by its full path. */
  project(path: string): Promise<Project>;
  defaultBranch(projectId: number): Promise<string | undefined>;
  branch(projectId: number, name: string): Promise<{ readonly commitId: string } | undefined>;
  createBranch(projectId: number, name: string, ref: string): Promise<{ readonly commitId: string }>;
  deleteBranch(projectId: number, name: string): Promise<void>;

  createPipeline(
    projectId: number,
    pipeline: {
      ref: string;
      variables: readonly PipelineVariable[];
      inputs: Readonly<Record<string, string>>;
    },
  ): Promise<Pipeline>;
  /** The first pipeline made through the API on a branch. */
  findPipeline(projectId: number, ref: string): Promise<Pipeline | undefined>;
  pipeline(projectId: number, id: number): Promise<Pipeline | undefined>;
  jobs(projectId: number, pipelineId: number): Promise<readonly Job[]>;
  cancelPipeline(projectId: number, id: number): Promise<void>;

  findMergeRequest(projectId: number, sourceBranch: string): Promise<MergeRequestRef | undefined>;
  createMergeRequest(
    projectId: number,
    mergeRequest: { sourceBranch: string; targetBranch: string; title: string; description: string },
  ): Promise<MergeRequestRef>;

  /** The item with GitLab's own keys, for `AI_FLOW_CONTEXT`. */
  resource(place: Place): Promise<Readonly<Record<string, unknown>>>;
  /** Changed files of a merge request, the first 100; of more, up to 500, until `enough` bytes are together. */
  diffs(place: Place, options: { enough: number }): Promise<readonly FileDiff[]>;
  /**
   * Threads of people's comments: all up to 100 threads, of more the first and the newest, and `including`.
   * Internal comments only where `internal` says so.
   */
  threads(
    place: Place,
    options: { internal: boolean; including: string | undefined },
  ): Promise<readonly Thread[]>;
}

/** Gives the GitLab connection of an agent by its name. */
export type GitLabOf = (agent: string) => GitLab;

/** Milliseconds since the epoch. */
export type Clock = () => number;

/** Sees every transition of a run; the one place where runs are logged and counted. */
export interface Observer {
  queued(run: Run): void;
  /** A step ended; `seconds` is the time it took. */
  stepped(run: Run, step: { name: string; seconds: number; next: string }): void;
  /** A step failed and will be tried again. */
  retrying(run: Run, failure: { step: string; error: unknown; delay: number }): void;
  /** A step failed for good; what is left is to say so. */
  gaveUp(run: Run, failure: { step: string; error: unknown }): void;
  finished(run: Run): void;
}

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

/** Performs the steps of a run one after another; `save` makes each of them durable. */
export type Perform = (
  run: Run,
  tools: { readonly save: (run: Run) => Promise<void>; readonly signal: AbortSignal },
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

/** Jobs in each state of the queue. */
export type QueueDepth = Readonly<Record<'waiting' | 'active' | 'delayed' | 'completed' | 'failed', number>>;

/** The producing side of the queue, which is also the store of runs. */
export interface RunQueue {
  /**
   * Adds a run unless one with its id is there. Durable when it resolves; rejects with a {@link BeckonError}
   * `queue_unavailable` when the queue cannot take it within 2 s.
   */
  add(run: Run): Promise<{ readonly duplicate: boolean }>;
  /** Has a waiting run taken up at once; does nothing for a run that is not waiting, or not there. */
  wake(runId: string): Promise<void>;
  find(runId: string): Promise<Run | undefined>;
  /** Newest first. */
  list(options: { readonly limit: number }): Promise<readonly Run[]>;
  depth(): Promise<QueueDepth>;
  /** Resolves when the queue answers, rejects within 2 s when not. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
