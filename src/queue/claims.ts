import { createHash } from 'node:crypto';
import { RateLimiterRes } from 'rate-limiter-flexible';
import type { LimiterOf } from './rates.ts';
import { ANSWER_MS } from './settings.ts';
import { unavailable } from './unavailable.ts';
import { within } from './within.ts';

/** What a signature by Standard Webhooks vouches for, beside the body. */
export interface SignedHead {
  /** `webhook-id`: GitLab's own resend keeps it. */
  readonly id: string;
  /** `webhook-timestamp`, in seconds since 1970: that of each attempt. */
  readonly timestamp: number;
}

/** Whether a signed delivery comes for the first time; from then on it has been here. */
export type ClaimDelivery = (head: SignedHead) => Promise<boolean>;

/** A timestamp counts from five minutes before it until five minutes after it: ten from the first sight at most. */
const REMEMBERED_MS = 600_000;

/**
 * Remembers signed deliveries for all processes on the queue's home, for as long as their signatures count. Costs one
 * round trip; rejects with `queue_unavailable` where the home does not answer.
 */
export function createClaims(limiterOf: LimiterOf): ClaimDelivery {
  const limiter = limiterOf('deliveries', { count: 1, per: REMEMBERED_MS });
  return async ({ id, timestamp }) => {
    // The length of an id is the sender's choice, that of a key is not.
    const key = createHash('sha256').update(`${timestamp} ${id}`).digest('hex');
    try {
      await within(ANSWER_MS, limiter.consume(key, 1));
      return true;
    } catch (error) {
      if (error instanceof RateLimiterRes) return false;
      throw unavailable('look whether the delivery was here before', error);
    }
  };
}
