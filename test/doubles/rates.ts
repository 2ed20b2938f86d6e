import { RateLimiterMemory } from 'rate-limiter-flexible';
import type { Config } from '../../src/config/config.ts';
import { createRates } from '../../src/queue/rates.ts';
import { config } from '../builders/config.ts';

/** The counting of one process, kept in memory. `refused`: the limits that were in the way. */
export function ratesDouble(rates: Partial<Config['limits']['rate']> = {}) {
  const refused: string[] = [];
  const port = createRates(
    (name, { count, per }) =>
      new RateLimiterMemory({ keyPrefix: name, points: count, duration: per / 1_000 }),
    {
      rates: { ...config().limits.rate, ...rates },
      now: () => 0,
      onRefused: (name) => refused.push(name),
    },
  );
  return { port, refused };
}
