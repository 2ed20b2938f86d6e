import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import type { SharedText } from './shared-text.ts';

/** Writes text ARGV[2] to the hash KEYS[1] where it is still of version ARGV[1], and says whether it was. */
const REPLACE = `
if (redis.call('HGET', KEYS[1], 'version') or '0') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'version', ARGV[1] + 1, 'text', ARGV[2])
return 1`;

/** The text in a hash of Redis, with a version that tells whether somebody else was faster. */
export function redisText(client: Redis, key: string): SharedText {
  return {
    async update(change) {
      for (;;) {
        const [version, text] = await client.hmget(key, 'version', 'text');
        const changed = change(text ?? undefined);
        if (changed === text) return;
        if ((await client.eval(REPLACE, 1, key, version ?? '0', changed)) === 1) return;
        // By chance, so that processes which met do not meet again.
        await sleep(Math.random() * 20);
      }
    },
  };
}
