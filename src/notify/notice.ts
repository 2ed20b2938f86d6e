import type { RunSummary } from '../admin/view.ts';

/** What one receiver is to be told of a run, as it stood when it came to its state. */
export interface Notice {
  /** Name of the receiver in the config. */
  readonly receiver: string;
  readonly summary: RunSummary;
}

/** Where notices wait for being delivered. */
export interface NoticeQueue {
  /**
   * Adds a notice unless one for the same receiver, run and state is there. Durable when it resolves; rejects with
   * `queue_unavailable` when the queue cannot take it within 2 s.
   */
  add(notice: Notice): Promise<void>;
}

/**
 * Tells the receiver. Gives the milliseconds after which to try again, or `undefined` when there is nothing more to
 * do. `since`: when the notice was made, in milliseconds since the epoch.
 */
export type DeliverNotice = (
  notice: Notice,
  about: { readonly since: number; readonly signal: AbortSignal },
) => Promise<number | undefined>;
