import type { DeliveryRecord } from '../admin/deliveries.ts';
import type { Heard } from '../check/heard.ts';
import type { HookFacts } from '../check/hooks.ts';
import type { Trigger } from '../config/config.ts';
import type { TodoComment } from '../events/todo.ts';
import type { HookDelivery } from '../hooks/ports.ts';
import type { Received } from '../receive.ts';
import type { Admitted, Refusal } from '../runs/person.ts';
import type { Run } from '../runs/run.ts';
import type { Asked } from './address.ts';

/** What Beckon itself knows of what was asked about. */
export interface OwnFacts {
  readonly asked: Asked;
  /** On the item, the newest first. */
  readonly runs: readonly Run[];
  /** About the comment, or about the item where no comment is asked about; the newest first. */
  readonly deliveries: readonly DeliveryRecord[];
  /** Times (ISO 8601) of deliveries without an accepted proof. */
  readonly turnedAway: readonly string[];
}

/** An issue or merge request with GitLab's own keys. */
export type ItemFields = Readonly<Record<string, unknown>>;

/** Whether whoever wrote a comment may start the agent of a trigger that the comment names. */
export interface PersonFacts {
  readonly trigger: Pick<Trigger, 'name' | 'minAccess'>;
  readonly look: Heard<Admitted | Refusal>;
}

/** A comment, and what would come of it if it were delivered right after it was written. */
export interface CommentFacts {
  readonly comment: TodoComment;
  readonly received: Received;
  readonly people: readonly PersonFacts[];
}

/** The webhooks that lead to us, and what became of the comment's delivery. */
export interface HookLook extends HookFacts {
  /** The newest delivery of the comment that GitLab still lists. */
  readonly ofNote: HookDelivery | undefined;
  /** Whether the deliveries that were looked through go back to before the comment. */
  readonly goesBack: boolean;
}

/** What GitLab says, asked as one of the agents. */
export interface GitLabFacts {
  /** Username of who asked. */
  readonly account: string;
  readonly item: Heard<ItemFields>;
  /** `undefined`: no comment is asked about, or the item could not be read; else there may be no such comment. */
  readonly comment: Heard<CommentFacts | undefined> | undefined;
  readonly hooks: Heard<HookLook>;
}
