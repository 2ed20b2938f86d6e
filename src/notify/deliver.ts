import { Webhook } from 'standardwebhooks';
import type { RunSummary } from '../admin/view.ts';
import type { Receiver } from '../config/config.ts';
import { hideSecrets } from '../lib/secret.ts';
import type { Clock } from '../runs/ports.ts';
import { chatText } from './chat-text.ts';
import type { DeliverNotice, Notice } from './notice.ts';
import type { Post } from './post.ts';

/** Milliseconds from when a notice was made after which it is given up. */
const GIVE_UP_AFTER = 3 * 3_600_000;
/** The least and the most milliseconds between two tries. */
const WAIT = { least: 5_000, most: 900_000 };
/** Requests to one receiver at once: one that hangs is not to keep the workers from their runs. */
const AT_ONCE = 2;

/** What became of a try to deliver a notice. */
export type NoticeOutcome =
  | { readonly kind: 'delivered' }
  | { readonly kind: 'failed'; readonly reason: string; readonly retryInMs: number }
  | { readonly kind: 'given_up'; readonly reason: string }
  /** Nobody of this name is in the config any more. */
  | { readonly kind: 'dropped' };

/** Hears what becomes of notices. */
export interface NotifyObserver {
  notified(notice: Notice, outcome: NoticeOutcome): void;
}

/**
 * Delivers notices by the config as it is now, at least once each, for up to three hours. `places`: jobs that a worker
 * has in hand at once, of which notices take half at most. `page`: the address of a run's page, where it is known.
 */
export function createDeliver({
  receivers,
  post,
  places,
  page,
  observer,
  clock,
}: {
  readonly receivers: readonly Receiver[];
  readonly post: Post;
  readonly places: number;
  readonly page: (runId: string) => string | undefined;
  readonly observer: NotifyObserver;
  readonly clock: Clock;
}): DeliverNotice {
  const underWay = new Map<string, number>();
  const isBusy = (name: string) =>
    (underWay.get(name) ?? 0) >= AT_ONCE ||
    [...underWay.values()].reduce((sum, count) => sum + count, 0) >= Math.max(1, Math.floor(places / 2));
  const count = (name: string, more: number) => underWay.set(name, (underWay.get(name) ?? 0) + more);

  async function send(receiver: Receiver, notice: Notice, signal: AbortSignal): Promise<string | undefined> {
    const request = requestOf(receiver, notice.summary, { page, now: clock() });
    count(receiver.name, 1);
    try {
      return await post(receiver.url.reveal(), { ...request, signal });
    } finally {
      count(receiver.name, -1);
    }
  }

  return async (notice, { since, signal }) => {
    const receiver = receivers.find(({ name }) => name === notice.receiver);
    if (receiver === undefined) {
      observer.notified(notice, { kind: 'dropped' });
      return undefined;
    }
    if (isBusy(receiver.name)) return WAIT.least;
    const reason = await send(receiver, notice, signal);
    if (reason === undefined) {
      observer.notified(notice, { kind: 'delivered' });
      return undefined;
    }
    // As long again as it has taken so far.
    const age = clock() - since;
    const retryInMs = Math.min(WAIT.most, Math.max(WAIT.least, age));
    if (age > GIVE_UP_AFTER) {
      observer.notified(notice, { kind: 'given_up', reason });
      return undefined;
    }
    observer.notified(notice, { kind: 'failed', reason, retryInMs });
    return retryInMs;
  };
}

/** The body for a receiver, and what vouches for it. */
function requestOf(
  { format, secret }: Receiver,
  summary: RunSummary,
  { page, now }: { page: (runId: string) => string | undefined; now: number },
): { body: string; headers: Readonly<Record<string, string>> } {
  if (format === 'slack') {
    const text = chatText(summary, page(summary.id));
    return { body: hideSecrets(JSON.stringify({ text })), headers: {} };
  }
  const body = hideSecrets(JSON.stringify(summary));
  const id = `${summary.id}.${summary.state}`;
  const head = { 'webhook-id': id, 'webhook-timestamp': String(Math.floor(now / 1_000)) };
  if (secret === undefined) return { body, headers: head };
  const signature = new Webhook(secret.reveal()).sign(id, new Date(now), body);
  return { body, headers: { ...head, 'webhook-signature': signature } };
}
