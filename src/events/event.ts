import type { CALL_KINDS, CHANGE_KINDS } from '../config/config.ts';

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
  readonly project: Project;
  /** Pipelines and commits may belong to none: then there is no thread to write in. */
  readonly resource: Resource | undefined;
  /** Who did it. */
  readonly actor: Person;
  /** ISO 8601, when it happened in GitLab; some payloads do not say. */
  readonly happenedAt: string | undefined;
  /** A confidential item, or an internal note: replies and context must stay as private. */
  readonly confidential: boolean;
  /** `AI_FLOW_INPUT`: what was written, or what GitLab hands over for such an event. */
  readonly input: string;
}

/** A comment that names accounts; its text is the input. */
export interface Mention extends EventBase {
  readonly kind: 'mention';
  readonly resource: Resource;
  readonly note: {
    readonly id: number;
    /** Absent in payloads of old GitLab versions. */
    readonly discussionId: string | undefined;
    readonly url: string;
    /** The webhook said that it is in no thread, so nothing was written before it there. Left out where it may be. */
    readonly individual?: true;
    /** Visible to project members only, on an item that others may see. */
    readonly internal: boolean;
    /** Counts the edits of the comment by their time; `undefined` for the comment as it was first written. */
    readonly editedAt: string | undefined;
  };
  /** Usernames in lower case, each once, in the order of the text. */
  readonly accounts: readonly string[];
}

/** Somebody was assigned, was asked for a review, or was newly named in a description. */
export interface Call extends EventBase {
  readonly kind: (typeof CALL_KINDS)[number];
  readonly resource: Resource;
  /** Usernames in lower case of those newly called on. */
  readonly accounts: readonly string[];
}

/** Something happened that calls on nobody by name; which agent it starts is for the trigger to say. */
export interface Change extends EventBase {
  readonly kind: (typeof CHANGE_KINDS)[number];
  /** What it was, in a word: `approved`, `created`, a status, a label, an emoji. */
  readonly action: string;
  /** Tells it from others of its kind and action on the same object: an id, a commit, a time. */
  readonly mark: string;
}

/** How what began in a program came to be asked for. */
export const ASKED = ['operator', 'on_behalf', 'in_gitlab'] as const;

/** A program asked for a run through Beckon's API. */
export interface Request extends EventBase {
  readonly kind: 'api';
  /** Tells it from others for the same agent and project. */
  readonly key: string;
  /** Of all that was asked: with the same key it is to be the same. */
  readonly fingerprint: string;
  /**
   * By whom: by whoever runs Beckon, with the agent itself as the actor; by the same on behalf of the actor, who has to
   * be somebody who may; or by the actor in GitLab, who wants it once more.
   */
  readonly asked: (typeof ASKED)[number];
}

/** What happened, as far as a trigger can ask for it. */
export type Event = Mention | Call | Change | Request;

/**
 * Whether nobody acted in GitLab: whoever runs Beckon decided, by the config or by the API. Then there is no person
 * whose role counts, or whose runs are counted.
 */
export function isOperators(event: Event): boolean {
  return event.kind === 'scheduled' || (event.kind === 'api' && event.asked === 'operator');
}

/** The same event as the wish of a person, who is held to what people may do. */
export function byPerson(event: Event, actor: Person): Event {
  return event.kind === 'api' ? { ...event, actor, asked: 'in_gitlab' } : { ...event, actor };
}
