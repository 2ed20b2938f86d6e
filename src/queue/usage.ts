import type { Usage } from '../admin/standing.ts';
import type { Config } from '../config/config.ts';
import { BeckonError } from '../lib/errors.ts';
import type { Clock } from '../runs/ports.ts';
import { NO_TURNS } from '../turns/turns.ts';
import type { Backend } from './backend.ts';
import { ANSWER_MS } from './settings.ts';
import { readTurns } from './turns.ts';
import { unavailable } from './unavailable.ts';
import { within } from './within.ts';

/** Looks at the turns and rates of all processes on the queue's home, and changes none of them. */
export function createUsage(
  backend: Pick<Backend, 'text' | 'limiterOf'>,
  { config, clock }: { readonly config: Pick<Config, 'limits'>; readonly clock: Clock },
): Usage {
  const rate = config.limits.rate.perAgent;
  const limiter = backend.limiterOf('perAgent', rate);

  async function answered<T>(asked: Promise<T>): Promise<T> {
    try {
      return await within(ANSWER_MS, asked);
    } catch (error) {
      throw error instanceof BeckonError ? error : unavailable('look up turns and rates', error);
    }
  }

  return {
    async turns() {
      let turns = NO_TURNS;
      const look = (text = JSON.stringify(NO_TURNS)) => {
        turns = readTurns(text);
        return text;
      };
      await answered(backend.text('turns').update(look));
      return turns;
    },
    async pausedUntil(agent) {
      const counted = await answered(limiter.get(agent));
      if (counted === null || counted.consumedPoints < rate.count) return undefined;
      return new Date(clock() + counted.msBeforeNext).toISOString();
    },
  };
}
