import { RateLimiterMemory } from 'rate-limiter-flexible';
import { type ClaimDelivery, createClaims } from '../../src/queue/claims.ts';

/** What one process remembers of deliveries, kept in memory. */
export function claimsDouble(): ClaimDelivery {
  return createClaims(
    (name, { count, per }) =>
      new RateLimiterMemory({ keyPrefix: name, points: count, duration: per / 1_000 }),
  );
}
