import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { burst } from '../bench/burst.ts';
import { openWeb } from '../bench/web.ts';
import { embeddedHome } from '../queue/homes.ts';
import { describeWith } from '../support/needs.ts';
import { newRedis } from '../support/redis.ts';

describe('a burst of deliveries on the embedded queue', () => {
  it('loses nothing and does nothing twice', async () => {
    const home = embeddedHome();
    onTestFinished(() => home.close());
    const web = await openWeb(await home.open(), { role: 'all' });
    onTestFinished(() => web.close());
    const { lost, double } = await burst(web, { deliveries: 300, seconds: 2, mentionEvery: 15 });
    expect({ lost, double }).toEqual({ lost: 0, double: 0 });
  }, 180_000);
});

describeWith(['redis-server'], 'a burst of deliveries on Redis', () => {
  it('loses nothing and does nothing twice, though the queue stands still in the middle of it', async () => {
    const redis = await newRedis();
    onTestFinished(() => redis.stop());
    await redis.start();
    const web = await openWeb({ kind: 'redis', url: redis.url });
    onTestFinished(() => web.close());
    const done = burst(web, { deliveries: 600, seconds: 4, mentionEvery: 15 });
    await sleep(1_000);
    redis.signal('SIGSTOP');
    await sleep(4_000);
    redis.signal('SIGCONT');
    const { lost, double, resent } = await done;
    expect({ lost, double }).toEqual({ lost: 0, double: 0 });
    // Who has to wait longer than two seconds for the queue is told so.
    expect(resent).toBeGreaterThan(0);
  }, 180_000);
});
