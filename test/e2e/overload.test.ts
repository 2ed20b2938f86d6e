import { expect, it, onTestFinished } from 'vitest';
import { flood } from '../bench/overload.ts';
import { mentionOf, openWeb } from '../bench/web.ts';
import { describeWith } from '../support/needs.ts';
import { newRedis } from '../support/redis.ts';

describeWith(['redis-server'], 'a flood of deliveries', () => {
  it('of 1 MB over 200 connections is held off before it takes the memory, and leaves all as it was', async () => {
    const redis = await newRedis();
    onTestFinished(() => redis.stop());
    await redis.start();
    const web = await openWeb({ kind: 'redis', url: redis.url });
    onTestFinished(() => web.close());
    const idle = (await web.memory()).now;

    const { statuses, slowestLive } = await flood(web, { bytes: 1_000_000, seconds: 3 });
    expect(statuses['503']).toBeGreaterThan(0);
    expect(Object.keys(statuses).filter((status) => status !== '202' && status !== '503')).toEqual([]);
    // Measured: 200 to 260 MB, and without a limit 540 MB.
    expect((await web.memory()).most - idle).toBeLessThan(340);
    expect(slowestLive).toBeLessThan(8_000);
    expect(await web.metrics()).toMatch(/^beckon_deliveries_total\{outcome="overloaded"\} [1-9]/m);

    const response = await fetch(`${web.address}/webhooks/gitlab`, {
      method: 'POST',
      headers: web.headers,
      body: mentionOf(1, 5_000),
    });
    expect(response.status).toBe(202);
    const isReady = async () => (await fetch(`${web.probes}/readyz`)).status;
    await expect.poll(isReady, { timeout: 15_000 }).toBe(200);
  }, 120_000);
});
