import { execFileSync } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { Secret } from '../../src/lib/secret.ts';
import type { Backend } from '../../src/queue/backend.ts';
import { startConsumer } from '../../src/queue/consumer.ts';
import { runningPostmaster } from '../../src/queue/embedded/postmaster.ts';
import { type EmbeddedServer, startEmbeddedServer } from '../../src/queue/embedded/server.ts';
import { openBackend } from '../../src/queue/open-backend.ts';
import { createRunQueue } from '../../src/queue/producer.ts';
import { newFolder, temporaryFolder } from '../support/temporary.ts';
import { until } from '../support/until.ts';
import { aRun, ended } from './a-run.ts';
import { urlOf } from './homes.ts';

const retention = 3_600_000;

/** All processes of a server. */
async function pidsOf(dataDir: string): Promise<readonly number[]> {
  const postmaster = (await runningPostmaster(join(dataDir, 'postgres')))?.pid;
  if (postmaster === undefined) throw new Error('no server runs');
  const list = execFileSync('ps', ['-e', '-o', 'pid=,ppid='], { encoding: 'utf8' });
  const rows = list
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number));
  return [postmaster, ...rows.flatMap(([pid = 0, ppid]) => (ppid === postmaster ? [pid] : []))];
}

describe('a PostgreSQL that fails', () => {
  async function start(): Promise<{ server: EmbeddedServer; dataDir: string; backend: Backend }> {
    const dataDir = join(await temporaryFolder(), 'data');
    const server = await startEmbeddedServer(dataDir, { onError: () => {} });
    onTestFinished(() => server.stop());
    const backend = await openBackend({ kind: 'postgres', url: urlOf(server) });
    onTestFinished(() => backend.close());
    return { server, dataDir, backend };
  }

  test('is an error at start, which holds no password', async () => {
    const url = new Secret('postgres://beckon:open-sesame@127.0.0.1:9/queue');
    const opening = openBackend({ kind: 'postgres', url });
    const error: Error = await opening.then(
      () => new Error('it opened'),
      (reason) => reason,
    );
    expect(error).toMatchObject({
      code: 'queue_unavailable',
      message: expect.stringContaining('ECONNREFUSED'),
    });
    expect(`${error.stack} ${JSON.stringify(error)}`).not.toContain('open-sesame');
  });

  test('refuses within two seconds while it hangs, and goes on afterwards', async () => {
    const { dataDir, backend } = await start();
    const queue = createRunQueue(backend, { retention });
    const pids = await pidsOf(dataDir);
    for (const pid of pids) process.kill(pid, 'SIGSTOP');
    const began = Date.now();
    await expect(queue.add(aRun())).rejects.toMatchObject({ code: 'queue_unavailable' });
    expect(Date.now() - began).toBeLessThan(2_300);
    for (const pid of pids) process.kill(pid, 'SIGCONT');
    await until('it takes runs again', () =>
      queue.add(aRun()).then(
        () => true,
        () => false,
      ),
    );
  }, 30_000);

  test('is waited for by a run that is being saved', async () => {
    const { server, dataDir, backend } = await start();
    const queue = createRunQueue(backend, { retention });
    const failures: unknown[] = [];
    let isAway: (() => void) | undefined;
    const consumer = await startConsumer(backend, {
      concurrency: 2,
      clock: Date.now,
      onError: (error, runId) => void (runId === undefined || failures.push(error)),
      perform: async (run, { save }) => {
        await new Promise<void>((resolve) => {
          isAway = resolve;
        });
        await save({ ...run, step: 'watch' });
        return { kind: 'done', run: ended({ ...run, step: 'watch' }) };
      },
    });
    onTestFinished(() => consumer.close(0));
    const run = aRun();
    await queue.add(run);
    await until('the run is at work', () => isAway !== undefined);

    await server.stop();
    isAway?.();
    await expect(queue.add(aRun())).rejects.toMatchObject({ code: 'queue_unavailable' });
    await sleep(1_500);
    const again = await startEmbeddedServer(dataDir, { onError: () => {} });
    onTestFinished(() => again.stop());
    const isEnded = async (): Promise<boolean> =>
      (await queue.find(run.id).catch(() => undefined))?.finishedAt !== undefined;
    await until('the run ends', isEnded, { ms: 5_000 });
    expect(failures).toEqual([]);
  }, 30_000);
});

describe('the URL of a PostgreSQL', () => {
  let folder: string;
  let server: EmbeddedServer;
  beforeAll(async () => {
    folder = await newFolder();
    server = await startEmbeddedServer(join(folder, 'data'), { onError: () => {} });
  });
  afterAll(async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  });

  test('may hold options, which are kept beside the schema', async () => {
    const admin = new pg.Client({ connectionString: urlOf(server).reveal() });
    await admin.connect();
    // Not a user named like the schema: PostgreSQL would find it without being told.
    await admin.query('CREATE ROLE other LOGIN SUPERUSER');
    await admin.end();
    const plain = urlOf(server).reveal().replace('user=beckon', 'user=other');
    const writable = await openBackend({ kind: 'postgres', url: new Secret(plain) });
    onTestFinished(() => writable.close());
    await createRunQueue(writable, { retention }).add(aRun());

    const url = new Secret(`${plain}&options=-c%20default_transaction_read_only%3Don`);
    const backend = await openBackend({ kind: 'postgres', url });
    onTestFinished(() => backend.close());
    await expect(createRunQueue(backend, { retention }).add(aRun())).rejects.toThrow('read-only transaction');
  });

  test('leads to tables that several processes may create at once', async () => {
    const admin = new pg.Client({ connectionString: urlOf(server).reveal() });
    await admin.connect();
    await admin.query('CREATE DATABASE fresh');
    const url = new Secret(urlOf(server).reveal().replace('/postgres?', '/fresh?'));
    const backends = await Promise.all(
      Array.from({ length: 4 }, () => openBackend({ kind: 'postgres', url })),
    );
    const added = await Promise.all(
      backends.map((backend) => createRunQueue(backend, { retention }).add(aRun())),
    );
    expect(added).toEqual(backends.map(() => ({ duplicate: false })));
    await Promise.all(backends.map((backend) => backend.close()));

    // A user that may use them, and may not create any, can start.
    const owner = new pg.Client({ connectionString: url.reveal() });
    await owner.connect();
    await owner.query(
      `CREATE ROLE tenant LOGIN; GRANT USAGE ON SCHEMA beckon TO tenant;
       GRANT ALL ON ALL TABLES IN SCHEMA beckon TO tenant; GRANT ALL ON ALL SEQUENCES IN SCHEMA beckon TO tenant`,
    );
    const asTenant = new Secret(url.reveal().replace('user=beckon', 'user=tenant'));
    const backend = await openBackend({ kind: 'postgres', url: asTenant });
    expect(await createRunQueue(backend, { retention }).add(aRun())).toEqual({ duplicate: false });
    await backend.close();
    await owner.end();
    await admin.end();
  });
});
