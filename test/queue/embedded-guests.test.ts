import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { describe, expect, onTestFinished, test } from 'vitest';
import { socketAddress } from '../../src/queue/embedded/postgres-server.ts';
import { runningPostmaster } from '../../src/queue/embedded/postmaster.ts';
import { openBackend } from '../../src/queue/open-backend.ts';
import { createRunQueue } from '../../src/queue/producer.ts';
import type { RunQueue } from '../../src/runs/queue-ports.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { until } from '../support/until.ts';
import { aRun } from './a-run.ts';
import { type Child, spawnChild } from './spawn-child.ts';

const dataDir = async (): Promise<string> => join(await temporaryFolder(), 'data');

/** The queue as a guest sees it; closed after the test at the latest. */
async function visit(path: string): Promise<RunQueue> {
  const queue = createRunQueue(await openBackend({ kind: 'embedded', dataDir: path }, { isGuest: true }), {
    retention: 3_600_000,
  });
  onTestFinished(() => queue.close());
  return queue;
}

async function serverOf(path: string): Promise<number | undefined> {
  return (await runningPostmaster(join(path, 'postgres')))?.pid;
}

async function hosts(path: string): Promise<number> {
  const client = new pg.Client(socketAddress(path));
  await client.connect();
  try {
    const sql = "SELECT count(*)::int AS hosts FROM pg_stat_activity WHERE application_name = 'beckon host'";
    return (await client.query<{ hosts: number }>(sql)).rows[0]?.hosts ?? 0;
  } finally {
    await client.end();
  }
}

/** A process that has the queue for itself and performs its runs. */
async function host(path: string): Promise<Child> {
  const child = spawnChild({ kind: 'embedded', dataDir: path });
  await child.says('ready');
  return child;
}

describe('a guest of the embedded queue', { timeout: 60_000 }, () => {
  test('looks in beside the process that runs it, writes, and leaves it running', async () => {
    const path = await dataDir();
    const serving = await host(path);
    const pid = await serverOf(path);
    const queue = await visit(path);
    const run = aRun();
    await queue.add(run);
    await serving.says(`took ${run.id}`);
    await queue.close();
    expect(await serverOf(path)).toBe(pid);
    const again = await visit(path);
    await until('the run ends', async () => (await again.find(run.id))?.outcome !== undefined);
  });

  test('does not keep a second Beckon from being refused', async () => {
    const path = await dataDir();
    await host(path);
    await visit(path);
    const second = spawnChild({ kind: 'embedded', dataDir: path });
    await second.says('failed queue_in_use');
  });

  test('starts the server where none runs; the last one to leave ends it', async () => {
    const path = await dataDir();
    const first = await visit(path);
    const second = await visit(path);
    const run = aRun();
    await first.add(run);
    await first.close();
    expect(await second.find(run.id)).toEqual(run);
    await second.close();
    expect(await serverOf(path)).toBeUndefined();
  });

  test('leaves nothing running when all leave at once', async () => {
    const path = await dataDir();
    const guests = [await visit(path), await visit(path), await visit(path), await visit(path)];
    await Promise.all(guests.map((guest) => guest.close()));
    expect(await serverOf(path)).toBeUndefined();
  });

  test('leaves its server to a Beckon that starts meanwhile', async () => {
    const path = await dataDir();
    const queue = await visit(path);
    const pid = await serverOf(path);
    const serving = await host(path);
    await queue.close();
    expect(await serverOf(path)).toBe(pid);
    await (await visit(path)).add(aRun({ id: 'after' }));
    await serving.says('took after');
  });

  test('comes and goes while others come and go', async () => {
    const path = await dataDir();
    await (await visit(path)).close();
    for (const run of [aRun(), aRun(), aRun()]) {
      const [leaving, other] = await Promise.all([visit(path), visit(path)]);
      const [, next] = await Promise.all([leaving.close(), visit(path), other.close()]);
      await next.add(run);
      await next.close();
      expect(await serverOf(path)).toBeUndefined();
    }
    expect(await (await visit(path)).list({ limit: 10 })).toHaveLength(3);
  });

  test.each([
    ['takes an empty lock file for that of a server that starts, and waits', 700],
    ['says so of one that a crash left empty', undefined],
  ])('%s', async (_what, ms) => {
    const path = await dataDir();
    await (await visit(path)).close();
    const lockFile = join(path, 'postgres', 'postmaster.pid');
    await writeFile(lockFile, '');
    if (ms === undefined) return expect(visit(path)).rejects.toThrow(/postmaster\.pid" is empty/);
    setTimeout(() => void rm(lockFile), ms);
    expect(await (await visit(path)).list({ limit: 10 })).toEqual([]);
  });

  test('ends the server of a Beckon that was killed', async () => {
    const path = await dataDir();
    const serving = await host(path);
    await serving.kill();
    expect(await serverOf(path)).toBeDefined();
    const queue = await visit(path);
    await until('the server notices that its host is gone', async () => (await hosts(path)) === 0);
    await queue.close();
    expect(await serverOf(path)).toBeUndefined();
  });
});
