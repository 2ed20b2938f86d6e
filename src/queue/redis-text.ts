import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import type { SharedText } from './shared-text.ts';

/** The version of the hash KEYS[1], and its text where that is not of version ARGV[1], which is known. */
const READ = `
local version = redis.call('HGET', KEYS[1], 'version')
if version == ARGV[1] then return {version} end
return {version, redis.call('HGET', KEYS[1], 'text')}`;

/** Writes text ARGV[3] to the hash KEYS[1] as version ARGV[2] where it is still of version ARGV[1], and says whether it was. */
const REPLACE = `
if (redis.call('HGET', KEYS[1], 'version') or '0') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'version', ARGV[2], 'text', ARGV[3])
return 1`;

/** Versions are below this. By chance, so that one that Redis lost with its last second does not come again. */
const MOST_VERSIONS = 2 ** 48 - 1;

/**
 * The text in a hash of Redis, with a version that tells whether somebody else was faster, and whether it is still the one
 * that this process knows: thousands of waiting runs make a text of megabytes.
 */
export function redisText(client: Redis, key: string): SharedText {
  let known: { readonly version: string; readonly text: string } | undefined;

  async function read(): Promise<{ readonly version: string; readonly text?: string }> {
    // What the answer speaks of, whatever else may be known by then.
    const before = known;
    const answer = await client.eval(READ, 1, key, before?.version ?? '');
    const [version, text] = answer as [string | null, (string | null)?];
    if (before !== undefined && version === before.version) return before;
    return { version: version ?? '0', ...(text == null ? {} : { text }) };
  }

  return {
    async update(change) {
      for (;;) {
        const before = await read();
        const text = change(before.text);
        if (text === before.text) {
          known = { version: before.version, text };
          return;
        }
        const version = String(randomInt(MOST_VERSIONS));
        if ((await client.eval(REPLACE, 1, key, before.version, version, text)) === 1) {
          known = { version, text };
          return;
        }
        // By chance, so that processes which met do not meet again.
        await sleep(Math.random() * 20);
      }
    },
  };
}
