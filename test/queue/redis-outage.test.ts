import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import { Secret } from '../../src/lib/secret.ts';
import type { Backend } from '../../src/queue/backend.ts';
import { startConsumer } from '../../src/queue/consumer.ts';
import { openBackend } from '../../src/queue/open-backend.ts';
import { createRunQueue } from '../../src/queue/producer.ts';
import type { RunQueue } from '../../src/runs/queue-ports.ts';
import { describeWith } from '../support/needs.ts';
import { newRedis, type RedisServer } from '../support/redis.ts';
import { until } from '../support/until.ts';
import { aRun, ended } from './a-run.ts';
import { spawnChild } from './spawn-child.ts';

const PASSWORD = 'open-sesame';

/** A line to a server, whose connections can fall silent without being closed; new ones work. */
async function aLineTo(url: Secret): Promise<{ url: Secret; goSilent(): void }> {
  const target = new URL(url.reveal());
  const port = Number(target.port);
  const ends = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(port, target.hostname);
    near.pipe(far).pipe(near);
    for (const end of [near, far]) ends.add(end.on('error', () => {}));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    for (const end of ends) end.destroy();
  });
  target.port = String((server.address() as AddressInfo).port);
  return {
    url: new Secret(target.href),
    goSilent() {
      for (const end of ends) end.unpipe().resume();
    },
  };
}

describeWith(['redis-server'], 'a Redis that fails', () => {
  let redis: RedisServer;
  let backend: Backend | undefined;
  const told: string[] = [];

  beforeEach(async () => {
    told.length = 0;
    redis = await newRedis({ password: PASSWORD });
  });
  afterEach(async () => {
    redis.signal('SIGCONT');
    await backend?.close();
    backend = undefined;
    await redis.stop();
    expect(told.join('\n')).not.toContain(PASSWORD);
  });

  async function open(): Promise<RunQueue> {
    await redis.start();
    backend = await openBackend(
      { kind: 'redis', url: redis.url },
      { onError: (error) => told.push(String(error)) },
    );
    return createRunQueue(backend, { retention: 3_600_000 });
  }

  /** How an `add` fails, and after how many milliseconds. */
  async function refusal(queue: RunQueue): Promise<{ ms: number; error: unknown }> {
    const start = Date.now();
    const error = await queue.add(aRun()).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    return { ms: Date.now() - start, error };
  }

  async function consume(): Promise<string[]> {
    if (backend === undefined) throw new Error('open first');
    const done: string[] = [];
    const consumer = await startConsumer(backend, {
      concurrency: 2,
      clock: Date.now,
      onError: (error) => told.push(String(error)),
      perform: async (run) => {
        done.push(run.id);
        return { kind: 'done', run: ended(run) };
      },
    });
    const close = backend.close;
    backend = { ...backend, close: () => consumer.close(0).then(close) };
    return done;
  }

  test('is waited for at start when it is a little late', async () => {
    setTimeout(() => void redis.start(), 1_000);
    backend = await openBackend({ kind: 'redis', url: redis.url });
  });

  test('is an error at start, which holds no password', async () => {
    const nowhere = await newRedis({ password: PASSWORD });
    await redis.start();
    const wrong = new Secret(redis.url.reveal().replace(PASSWORD, 'wrong-word'));
    const start = Date.now();
    const [away, refused] = await Promise.all(
      [nowhere.url, wrong].map((url) =>
        openBackend({ kind: 'redis', url }).then(
          () => new Error('it opened'),
          (error: Error) => error,
        ),
      ),
    );
    expect(Date.now() - start).toBeLessThan(6_000);
    await nowhere.stop();
    expect(away).toMatchObject({
      code: 'queue_unavailable',
      message: expect.stringContaining('ECONNREFUSED'),
    });
    expect(refused).toMatchObject({
      code: 'queue_unavailable',
      message: expect.stringContaining('WRONGPASS'),
    });
    for (const error of [away, refused]) {
      expect(`${error?.stack} ${JSON.stringify(error)}`).not.toMatch(/open-sesame|wrong-word/);
    }
  });

  test('refuses within two seconds while it is away, and goes on when it is back', async () => {
    const queue = await open();
    const done = await consume();
    const kept = aRun();
    await queue.add(kept);
    await until('the run is done', () => done.includes(kept.id));
    await redis.halt();

    const away = await refusal(queue);
    expect(away.error).toMatchObject({ code: 'queue_unavailable' });
    expect(away.ms).toBeLessThan(2_500);
    await expect(queue.ping()).rejects.toMatchObject({ code: 'queue_unavailable' });
    await sleep(3_000);
    await redis.start();

    const late = aRun();
    await until(
      'it takes runs again',
      async () => (await queue.add(late).catch(() => undefined)) !== undefined,
      {
        ms: 4_000,
      },
    );
    await until('the worker goes on', () => done.includes(late.id), { ms: 5_000 });
    expect(await queue.add(kept)).toEqual({ duplicate: true });
  }, 30_000);

  test('refuses within two seconds while it hangs, and goes on afterwards', async () => {
    const queue = await open();
    const done = await consume();
    await queue.ping();
    redis.signal('SIGSTOP');
    const refusals = await Promise.all([refusal(queue), sleep(500).then(() => refusal(queue))]);
    for (const { error, ms } of refusals) {
      expect(error).toMatchObject({ code: 'queue_unavailable' });
      expect(ms).toBeLessThan(2_300);
    }
    await sleep(4_000);
    redis.signal('SIGCONT');
    const late = aRun();
    await until(
      'it takes runs again',
      async () => (await queue.add(late).catch(() => undefined)) !== undefined,
      {
        ms: 5_000,
      },
    );
    await until('the worker goes on', () => done.includes(late.id), { ms: 5_000 });
  }, 30_000);

  test('is left for a new connection when the old one has died in silence', async () => {
    await redis.start();
    const line = await aLineTo(redis.url);
    backend = await openBackend({ kind: 'redis', url: line.url });
    const queue = createRunQueue(backend, { retention: 3_600_000 });
    await queue.ping();
    line.goSilent();
    expect((await refusal(queue)).error).toMatchObject({ code: 'queue_unavailable' });
    await until(
      'it takes runs again',
      async () => (await queue.add(aRun()).catch(() => undefined)) !== undefined,
      {
        ms: 6_000,
      },
    );
  }, 30_000);

  test('refuses when its memory is full, without a storm, and goes on afterwards', async () => {
    const queue = await open();
    await queue.add(aRun());
    await redis.command('CONFIG', 'SET', 'maxmemory', '1');
    const done = await consume();
    const full = await refusal(queue);
    expect(full.error).toMatchObject({ code: 'queue_unavailable', message: expect.stringContaining('OOM') });
    const before = process.cpuUsage();
    await sleep(3_000);
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1_000).toBeLessThan(1_000);
    expect(told.length).toBeLessThan(5);
    await redis.command('CONFIG', 'SET', 'maxmemory', '0');
    const late = aRun();
    await queue.add(late);
    await until('the worker goes on', () => done.includes(late.id), { ms: 5_000 });
  }, 30_000);

  test('takes a run in the moment in which Redis starts again', async () => {
    const queue = await open();
    await redis.halt();
    const taken = queue.add(aRun());
    await sleep(300);
    await redis.start();
    expect(await taken).toEqual({ duplicate: false });
  });

  test('warns of a Redis that drops keys, and of one that keeps nothing', async () => {
    await open();
    expect(await backend?.warnings()).toEqual([]);
    await redis.command('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru');
    expect(await backend?.warnings()).toEqual([expect.stringContaining('noeviction')]);
    await redis.command('CONFIG', 'SET', 'maxmemory-policy', 'noeviction');
    await redis.command('CONFIG', 'SET', 'appendonly', 'no');
    expect(await backend?.warnings()).toEqual([expect.stringContaining('appendonly')]);
  });

  test('a run that ignores its end keeps nobody, and goes on elsewhere', async () => {
    const queue = await open();
    if (backend === undefined) throw new Error('it is open');
    let isAtWork = false;
    const stuck = await startConsumer(backend, {
      concurrency: 1,
      clock: Date.now,
      onError: (error) => told.push(String(error)),
      perform: () => {
        isAtWork = true;
        return new Promise(() => {});
      },
    });
    const run = aRun();
    await queue.add(run);
    await until('the run is at work', () => isAtWork);
    const start = Date.now();
    await stuck.close(500);
    expect(Date.now() - start).toBeLessThan(4_500);
    const done = await consume();
    await until('the run goes on', () => done.includes(run.id), { ms: 15_000 });
  }, 30_000);

  test('a process that slept gives way to the one that took its run over', async () => {
    const queue = await open();
    const home = { kind: 'redis', url: redis.url } as const;
    const run = aRun();
    await queue.add(run);
    const sleeper = spawnChild(home, { looks: 3 });
    await sleeper.says(`took ${run.id} 1`);
    sleeper.signal('SIGSTOP');
    const heir = spawnChild(home, { looks: 3 });
    await heir.says(`took ${run.id} 2`, 20_000);
    await heir.says('saved');
    // Held still, the heir cannot put right what the sleeper might write now.
    heir.signal('SIGSTOP');
    sleeper.signal('SIGCONT');
    await sleeper.says(`aborted ${run.id}`);
    await sleeper.says('refused Error: another worker has this run');
    expect(await queue.find(run.id)).toMatchObject({ looks: 2, trigger: `held by ${heir.pid}` });
    expect(await queue.depth()).toMatchObject({ active: 1, waiting: 0, delayed: 0, failed: 0 });
  }, 45_000);
});
