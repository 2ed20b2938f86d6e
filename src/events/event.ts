import type { EventKind } from '../config/config.ts';

/** A GitLab user as a webhook names one. Old GitLab versions leave the id out. */
export interface Person {
  readonly id: number | undefined;
  readonly username: string;
  readonly name: string;
}

export interface Project {
  readonly id: number;
  /** `group/sub/project`. */
  readonly path: string;
  readonly url: string;
  readonly defaultBranch: string | undefined;
}

interface ResourceBase {
  readonly iid: number;
  readonly title: string;
  readonly url: string;
}

export interface Issue extends ResourceBase {
  readonly type: 'issue';
}

export interface MergeRequest extends ResourceBase {
  readonly type: 'merge_request';
  readonly sourceBranch: string;
  readonly targetBranch: string;
  /** Differs from the project's id when the merge request comes from a fork. */
  readonly sourceProjectId: number | undefined;
}

/** The issue or merge request that an event is about. */
export type Resource = Issue | MergeRequest;

interface EventBase {
  readonly kind: EventKind;
  readonly project: Project;
  readonly resource: Resource;
  /** Who did it. */
  readonly actor: Person;
  /** ISO 8601, when it happened in GitLab; some payloads do not say. */
  readonly happenedAt: string | undefined;
  /** A confidential item, or an internal note: replies and context must stay as private. */
  readonly confidential: boolean;
}

/** A comment that names accounts. */
export interface Mention extends EventBase {
  readonly kind: 'mention';
  readonly note: {
    readonly id: number;
    /** Absent in payloads of old GitLab versions. */
    readonly discussionId: string | undefined;
    readonly body: string;
    readonly url: string;
    /** Visible to project members only, on an item that others may see. */
    readonly internal: boolean;
  };
  /** Usernames in lower case, each once, in the order of the text. */
  readonly accounts: readonly string[];
}

/** Somebody was assigned to an issue or merge request. */
export interface Assign extends EventBase {
  readonly kind: 'assign';
  /** Usernames in lower case of the people newly assigned. */
  readonly accounts: readonly string[];
}

/** A review was asked of somebody. */
export interface AssignReviewer extends EventBase {
  readonly kind: 'assign_reviewer';
  readonly accounts: readonly string[];
}

/** What happened in GitLab, as far as a trigger can ask for it. */
export type Event = Mention | Assign | AssignReviewer;
