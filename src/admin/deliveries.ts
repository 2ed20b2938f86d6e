import { z } from 'zod';
import type { Subject } from '../events/subject.ts';
import type { Received } from '../receive.ts';
import { IS_CONFIDENTIAL } from '../triggers/checks.ts';

/** What becomes of a webhook request. */
export const DELIVERY_OUTCOMES = [
  'accepted',
  'duplicate',
  'ignored',
  /** Nobody of ours: no accepted proof. */
  'unauthorized',
  /** From an address that may not deliver. */
  'forbidden',
  /** From an address that was wrong too often. */
  'too_many',
  /** Signed, and here before. */
  'replayed',
  'unreadable',
  'too_large',
  /** Whoever sent it went away, or was too slow. */
  'aborted',
  /** More was under way than the process may hold. */
  'overloaded',
  /** The queue was away. */
  'unavailable',
  /** By a fault of our own. */
  'failed',
] as const;
export type DeliveryOutcome = (typeof DELIVERY_OUTCOMES)[number];

/** Those that are kept: what comes too often would push all others out. */
export const KeptOutcome = z.enum(DELIVERY_OUTCOMES).exclude(['too_many']);

const text = z.string();

/**
 * A delivery of late, and what it was answered. Holds nothing that people wrote, no titles, and of a delivery without
 * an accepted proof nothing but the address that it came from.
 */
export const DeliveryRecord = z
  .object({
    id: text.describe('Its place in the list: the larger, the newer.'),
    at: text,
    by: z.enum(['delivery', 'todo']).describe('A webhook request, or a To-Do item that was caught up with.'),
    outcome: KeptOutcome,
    event: text.nullable().describe("GitLab's `object_kind`, such as `note`."),
    project: text.nullable().describe('Full path.'),
    item: z.object({ type: z.enum(['issue', 'merge_request']), iid: z.number() }).nullable(),
    noteId: z.number().nullable(),
    user: text.nullable().describe('Username of who did it.'),
    confidential: z.boolean(),
    from: text.nullable().describe('The address that it came from, where it has no accepted proof.'),
    reason: text.nullable(),
    verdicts: z.array(z.object({ trigger: text, matched: z.boolean(), reason: text })),
    leftOut: z.number().describe('Verdicts for which there was no room.'),
    commands: z.array(z.object({ agent: text, name: text })),
    runs: z.array(text),
    ms: z.number().nullable().describe('From the request to the answer.'),
    times: z.number().describe('How many without a proof came from that address within a second.'),
  })
  .meta({ id: 'Delivery' });
export type DeliveryRecord = z.output<typeof DeliveryRecord>;

/** One as it is told of; when and in which place is for the list to say. */
export type NewDelivery = Pick<DeliveryRecord, 'by' | 'outcome'> &
  Partial<Omit<DeliveryRecord, 'id' | 'at' | 'times'>>;

/** The deliveries of late, of all processes together. */
export interface Deliveries {
  /** Takes one down. Neither waits nor fails; it is there for others about a second later. */
  add(delivery: NewDelivery): void;
  /** Takes one down that concerned nobody. Of many such within a second the first hundred are asked what they are. */
  addInPassing(tell: () => NewDelivery): void;
  /** All that are kept, the newest first. Rejects with `queue_unavailable` where the queue does not answer. */
  all(): Promise<readonly DeliveryRecord[]>;
}

/** What a list of deliveries is narrowed to; all of it must hold. */
export interface DeliveryFilter {
  readonly outcome?: DeliveryRecord['outcome'] | undefined;
  /** Whether a project's full path is wanted. */
  readonly project?: ((path: string) => boolean) | undefined;
  readonly event?: string | undefined;
}

/** One page of a list that is sorted. `next`: where it goes on; `undefined` at its end. */
export function pageOf(
  all: readonly DeliveryRecord[],
  { outcome, project, event }: DeliveryFilter,
  { limit, after }: { readonly limit: number; readonly after?: string | undefined },
): { readonly deliveries: readonly DeliveryRecord[]; readonly next: string | undefined } {
  const wanted = all.filter(
    (one) =>
      (outcome === undefined || one.outcome === outcome) &&
      (event === undefined || one.event === event) &&
      (project === undefined || (one.project !== null && project(one.project))) &&
      (after === undefined || one.id < after),
  );
  const deliveries = wanted.slice(0, limit);
  return { deliveries, next: wanted.length > limit ? deliveries.at(-1)?.id : undefined };
}

/** A delivery that was decided about. */
export type Decided = Extract<Received, { status: 'accepted' | 'ignored' }>;

/** A delivery in one word, once it is decided about. */
export function outcomeOf(received: Decided): 'accepted' | 'duplicate' | 'ignored' {
  if (received.status === 'ignored') return 'ignored';
  const isNew = received.commands !== undefined || received.runs.some((run) => !run.duplicate);
  return isNew ? 'accepted' : 'duplicate';
}

/** What is kept of who did what where. */
export function aboutOf({ event, project, item, noteId, user, confidential }: Subject) {
  return {
    event: event ?? null,
    project: project ?? null,
    item: item ?? null,
    noteId: noteId ?? null,
    user: user ?? null,
    confidential,
  };
}

/** What is kept of a decision. Reasons can name labels, and what a comment mentions: not those of something confidential. */
export function decisionOf(received: Decided, { confidential }: Pick<Subject, 'confidential'>) {
  return {
    outcome: outcomeOf(received),
    reason: received.status === 'ignored' ? received.reason : null,
    verdicts: received.verdicts.map(({ trigger, matched, reason }) => ({
      trigger,
      matched,
      reason: confidential && reason !== IS_CONFIDENTIAL ? '' : reason,
    })),
    leftOut: received.leftOut ?? 0,
    runs: received.status === 'accepted' ? received.runs.map(({ id }) => id) : [],
    commands: received.status === 'accepted' ? [...(received.commands ?? [])] : [],
  };
}
