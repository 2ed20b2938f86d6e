import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, type onTestFinished, test } from 'vitest';
import type { QueueHome } from '../../src/config/config.ts';
import { openBackend } from '../../src/queue/open-backend.ts';
import { createRunQueue } from '../../src/queue/producer.ts';
import { describeWith } from '../support/needs.ts';
import { newRedis } from '../support/redis.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { aRun } from './a-run.ts';
import { spawnChild } from './spawn-child.ts';

/** How often the process is killed; each time takes ten seconds. */
const KILLS = Number(process.env.BECKON_TEST_KILLS ?? 2);
const RESUMED_WITHIN = 15_000;
const TIMEOUT = (KILLS + 2) * (RESUMED_WITHIN + 5_000);

/** Kills a process at work again and again: each next one must go on where it was, and the last one end the run. */
async function killRepeatedly(home: QueueHome, onFinished: typeof onTestFinished): Promise<void> {
  const run = aRun();
  const before = await openBackend(home);
  await createRunQueue(before, { retention: 3_600_000 }).add(run);
  await before.close();

  const looks = KILLS + 1;
  for (let look = 1; look <= looks; look++) {
    const child = spawnChild(home, { looks, onFinished });
    await child.says('ready');
    await child.says(`took ${run.id} ${look}`, RESUMED_WITHIN);
    expect(child.said()).toMatch(new RegExp(`^interruptions ${look - 1}$`, 'm'));
    if (look === looks) await sleep(1_000);
    await child.kill();
    expect(child.said().match(/^took .*$/gm)).toEqual([`took ${run.id} ${look}`]);
  }

  const after = await openBackend(home);
  const queue = createRunQueue(after, { retention: 3_600_000 });
  const found = await queue.find(run.id);
  const depth = await queue.depth();
  await after.close();
  expect(found).toMatchObject({ looks, outcome: { kind: 'no_changes' } });
  expect(depth).toEqual({ waiting: 0, active: 0, delayed: 0, completed: 1, failed: 0 });
}

// At the same time, because most of it is waiting.
describe.concurrent('a run at work in a process that is killed', () => {
  test(
    'goes on within 15 s of each restart, embedded',
    async ({ onTestFinished: onFinished }) => {
      const folder = await temporaryFolder(onFinished);
      await killRepeatedly({ kind: 'embedded', dataDir: join(folder, 'data') }, onFinished);
    },
    TIMEOUT,
  );

  describeWith(['redis-server'], 'with a Redis', () => {
    test(
      'goes on within 15 s of each restart',
      async ({ onTestFinished: onFinished }) => {
        const redis = await newRedis();
        onFinished(() => redis.stop());
        await redis.start();
        await killRepeatedly({ kind: 'redis', url: redis.url }, onFinished);
      },
      TIMEOUT,
    );
  });
});
