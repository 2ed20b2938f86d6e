import type { Redis } from 'ioredis';
import type { SharedLog } from './shared-log.ts';

/** The entries of a list in Redis. */
export function redisLog(client: Redis, key: string): SharedLog {
  return {
    async append(entries, most) {
      const answers = await client
        .multi()
        .rpush(key, ...entries)
        .ltrim(key, -most, -1)
        .exec();
      for (const [error] of answers ?? []) if (error !== null) throw error;
    },
    entries: () => client.lrange(key, 0, -1),
  };
}
