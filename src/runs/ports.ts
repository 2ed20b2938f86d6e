import type { Project, Resource } from '../events/event.ts';
import type { FileDiff } from '../flows/context/diff-text.ts';
import type { Thread } from '../flows/context/threads.ts';
import type { PipelineVariable } from '../flows/variables.ts';
import type { NoteRef, Run, Size } from './run.ts';

/** The place of a note: an issue or merge request of a project. */
export interface Place {
  readonly project: Pick<Project, 'id'>;
  readonly resource: Pick<Resource, 'type' | 'iid'>;
}

/** A note of the agent's account, found by who wrote it. */
export interface OwnNote {
  readonly id: number;
  readonly place: Place;
  readonly body: string;
  /** ISO 8601. */
  readonly writtenAt: string;
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

/** Somebody's membership of a project, with what its answer tells of their account. */
export interface Membership {
  readonly level: number;
  readonly username: string;
  /** `undefined` where GitLab does not say. */
  readonly active: boolean | undefined;
}

/** How far the work on a branch has come. */
export interface Changes {
  /** The newest commit that the branch has beyond the one it is compared with; `undefined`: there is none. */
  readonly head: string | undefined;
  /** `undefined` where GitLab cannot say. */
  readonly size: Size | undefined;
}

export interface Pipeline {
  readonly id: number;
  readonly url: string;
  /** As GitLab says it: created, pending, running, success, failed, … */
  readonly status: string;
  readonly createdAt: string;
}

export interface Job {
  readonly id: number;
  readonly name: string;
  readonly status: string;
  readonly url: string;
  readonly failureReason: string | undefined;
}

export interface ProjectState {
  /** Reads work, and every change is refused. */
  readonly archived: boolean;
  /** Whether everybody who sees the project may read the logs of its jobs. */
  readonly publicJobs: boolean;
  /** Whether the logs of its jobs are kept from Guests and Planners as well: only Reporters and above read them. */
  readonly jobsOfReporters: boolean;
}

export interface MergeRequestRef {
  readonly iid: number;
  readonly url: string;
  /** `opened`, `closed`, `locked` or `merged`. */
  readonly state: string;
}

/**
 * All that a run asks of GitLab, as the account of one agent. Every call makes one request at most (lists: one
 * a page) and fails with a {@link Failure}; a thing that is not there is `undefined`, not a failure.
 */
export interface GitLab {
  account(): Promise<Account>;
  /** `recent`: what was known within the last minute will do, where that is an active person. */
  user(id: number, options?: { recent?: boolean }): Promise<User | undefined>;
  /** Makes two requests: GitLab's search by name does not say who is a bot. */
  userByName(username: string): Promise<User | undefined>;
  /**
   * The highest access level with inherited and shared membership; `undefined`: not a member, or not any more, or not
   * yet. `enough`: what was known within the last minute will do, where it is that level or a higher one.
   */
  accessLevel(projectId: number, userId: number, options?: { enough?: number }): Promise<number | undefined>;
  /** As {@link GitLab.accessLevel} says it at this moment, whatever was known, and however the account stands. */
  membership(projectId: number, userId: number): Promise<Membership | undefined>;

  createNote(
    place: Place,
    note: { body: string; discussionId?: string; internal: boolean },
  ): Promise<NoteRef>;
  /** The newest note of this account whose body holds `marker`. */
  findNote(place: Place, marker: string): Promise<NoteRef | undefined>;
  /** Of a merge request. */
  resolveDiscussion(place: Place, id: string): Promise<void>;
  /** Gives a comment an emoji of this account's, unless it has that. */
  addReaction(place: Place, noteId: number, name: string): Promise<void>;
  /** Takes an emoji of this account's back, where it is there. */
  removeReaction(place: Place, noteId: number, name: string): Promise<void>;
  /** The first 100 emoji under a note; none where the note is gone. */
  reactions(
    place: Place,
    noteId: number,
  ): Promise<readonly { readonly name: string; readonly userId: number }[]>;
  editNote(place: Place, noteId: number, body: string): Promise<void>;

  /** The notes of this account of the days after `after` (`2026-05-31`), the newest 500 at most. */
  ownNotes(options: { after: string }): Promise<readonly OwnNote[]>;

  /**
   * A text file on a branch or at a commit, with the id of its content; `undefined` where the file or `ref` is not
   * there. What a commit (by its whole id) holds does not change: it is known for an hour.
   */
  readFile(
    project: number | string,
    path: string,
    ref: string,
  ): Promise<{ readonly text: string; readonly blobId: string | undefined } | undefined>;
  /** A project by its full path. */
  project(path: string): Promise<Project>;
  defaultBranch(projectId: number): Promise<string | undefined>;
  projectState(projectId: number): Promise<ProjectState>;
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
  /** The pipelines made through the API on a branch, newest first, at most 100. */
  apiPipelines(projectId: number, ref: string): Promise<readonly Pipeline[]>;
  pipeline(projectId: number, id: number): Promise<Pipeline | undefined>;
  jobs(projectId: number, pipelineId: number): Promise<readonly Job[]>;
  /** The last 64 KiB of a job's log; `undefined` where there is none. */
  jobLog(projectId: number, jobId: number): Promise<string | undefined>;
  cancelPipeline(projectId: number, id: number): Promise<void>;

  /** What a branch has beyond a commit; `undefined` where either is not there. */
  changes(projectId: number, range: { from: string; to: string }): Promise<Changes | undefined>;
  /** The newest one of a source branch, whatever its state. */
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
  /** One thread with all its comments but those of GitLab itself. */
  thread(place: Place, discussionId: string): Promise<Thread | undefined>;
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
  /** Something failed that a run can do without. */
  overlooked(run: Run, failure: { step: string; error: unknown }): void;
  finished(run: Run): void;
}
