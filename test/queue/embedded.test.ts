import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Backend } from '../../src/queue/backend.ts';
import { prepareDataDir } from '../../src/queue/embedded/data-dir.ts';
import { socketAddress } from '../../src/queue/embedded/postgres-server.ts';
import { runningPostmaster } from '../../src/queue/embedded/postmaster.ts';
import { openBackend } from '../../src/queue/open-backend.ts';
import { createRunQueue } from '../../src/queue/producer.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { until } from '../support/until.ts';
import { aRun } from './a-run.ts';
import { spawnChild } from './spawn-child.ts';

const isRoot = process.getuid?.() === 0;
const retention = 3_600_000;
/**
 * How much longer than its budget a start may take. The budgets hold for a machine with nothing else to do; where
 * that is so, BECKON_TEST_BUDGETS=1 holds the start to them.
 */
const SLACK = process.env.BECKON_TEST_BUDGETS === '1' ? 1 : 5;
/** The account `nobody`, as which a process may run that is no root. */
const NOBODY = 65_534;

async function dataDir(): Promise<string> {
  return join(await temporaryFolder(), 'data');
}

async function open(path: string, told: string[] = []): Promise<Backend> {
  const backend = await openBackend(
    { kind: 'embedded', dataDir: path },
    { onError: (error) => told.push(error.message) },
  );
  onTestFinished(() => backend.close());
  return backend;
}

async function setting(path: string, name: string): Promise<unknown> {
  const client = new pg.Client({ ...socketAddress(path) });
  await client.connect();
  try {
    const { rows } = await client.query('SELECT current_setting($1) AS value', [name]);
    return rows[0]?.value;
  } finally {
    await client.end();
  }
}

async function postmasterPid(path: string): Promise<number> {
  const pid = (await runningPostmaster(join(path, 'postgres')))?.pid;
  if (pid === undefined) throw new Error('no server runs');
  return pid;
}

async function took<T>(work: Promise<T>): Promise<{ readonly result: T; readonly ms: number }> {
  const start = Date.now();
  return { result: await work, ms: Date.now() - start };
}

/** How many Beckons hold the server on a folder. */
async function advisoryLocks(path: string): Promise<number> {
  const client = new pg.Client(socketAddress(path));
  try {
    await client.connect();
    const { rows } = await client.query<{ locks: string }>(
      "SELECT count(*) AS locks FROM pg_locks WHERE locktype = 'advisory'",
    );
    return Number(rows[0]?.locks);
  } finally {
    await client.end();
  }
}

describe('the embedded PostgreSQL', () => {
  test('is there in three seconds the first time, in half of it later, and keeps the runs', async () => {
    const path = await dataDir();
    const run = aRun();
    const first = await took(open(path));
    await createRunQueue(first.result, { retention }).add(run);
    await first.result.close();
    expect(await runningPostmaster(join(path, 'postgres'))).toBeUndefined();

    const second = await took(open(path));
    expect(await createRunQueue(second.result, { retention }).find(run.id)).toEqual(run);
    expect(first.ms).toBeLessThan(3_000 * SLACK);
    expect(second.ms).toBeLessThan(1_500 * SLACK);
  });

  test('is closed to others, careful with data, and has no port', async () => {
    const path = await dataDir();
    await open(path);
    expect((await stat(path)).mode & 0o777).toBe(0o700);
    expect((await stat(join(path, 'postgres'))).mode & 0o777).toBe(0o700);
    expect(await setting(path, 'listen_addresses')).toBe('');
    expect(await setting(path, 'unix_socket_directories')).toBe(`"${path}"`);
    for (const name of ['fsync', 'full_page_writes', 'synchronous_commit', 'autovacuum']) {
      expect([name, await setting(path, name)]).toEqual([name, 'on']);
    }
  });

  test('learns nothing from our environment', async () => {
    process.env.SOME_TOKEN = 'glpat-secret';
    onTestFinished(() => void delete process.env.SOME_TOKEN);
    const path = await dataDir();
    await open(path);
    if (process.platform !== 'linux') return;
    expect(await readFile(`/proc/${await postmasterPid(path)}/environ`, 'utf8')).not.toContain(
      'glpat-secret',
    );
  });

  test.runIf(isRoot)('runs as an account of its own when we are root', async () => {
    const path = await dataDir();
    await open(path);
    const account = Number(execFileSync('id', ['-u', 'beckon'], { encoding: 'utf8' }));
    expect((await stat(path)).uid).toBe(account);
    expect((await stat(`/proc/${await postmasterPid(path)}`)).uid).toBe(account);
    // And stays with the owner of its files.
    expect((await prepareDataDir(path)).account?.uid).toBe(account);
  });

  test.runIf(isRoot)('runs as an ordinary user as well, and tells the next one whose it is', async () => {
    const folder = await temporaryFolder();
    await chown(folder, NOBODY, NOBODY);
    const path = join(folder, 'data');
    const child = spawnChild({ kind: 'embedded', dataDir: path }, { uid: NOBODY });
    await child.says('ready');
    expect((await stat(`/proc/${await postmasterPid(path)}`)).uid).toBe(NOBODY);
    await child.kill();
    // Root takes the left-over server of that user over, and ends it.
    const backend = await open(path);
    await backend.close();
    expect(await runningPostmaster(join(path, 'postgres'))).toBeUndefined();

    await chown(path, 1, 1);
    await chmod(path, 0o755);
    const stranger = spawnChild({ kind: 'embedded', dataDir: path }, { uid: 1 });
    await stranger.says(`failed queue_data_dir`);
    expect(stranger.said()).toContain(`its files belong to user ${NOBODY}, and Beckon runs as user 1`);
  });

  test.runIf(isRoot)('is there in three seconds for an ordinary user as well', async () => {
    const folder = await temporaryFolder();
    await chown(folder, NOBODY, NOBODY);
    const child = spawnChild({ kind: 'embedded', dataDir: join(folder, 'data') }, { uid: NOBODY });
    await child.says('ready after');
    expect(Number(/ready after (\d+) ms/.exec(child.said())?.[1])).toBeLessThan(3_000 * SLACK);
    await child.kill();
    await (await open(join(folder, 'data'))).close();
  });

  test.runIf(isRoot)('names the folder that its account may not enter', async () => {
    const folder = await temporaryFolder();
    const parent = join(folder, 'private');
    await mkdir(parent, { mode: 0o700 });
    await expect(open(join(parent, 'beckon', 'data'))).rejects.toMatchObject({
      code: 'queue_data_dir',
      message: expect.stringContaining(`may not enter ${parent}`),
      hint: expect.stringContaining(`chmod o+x ${parent}`),
    });
  });

  test('does not touch a folder that holds other things', async () => {
    const path = await dataDir();
    await mkdir(path, { mode: 0o755 });
    await writeFile(join(path, 'thesis.txt'), '');
    const before = await stat(path);
    await expect(open(path)).rejects.toMatchObject({
      code: 'queue_data_dir',
      message: expect.stringContaining('thesis.txt'),
    });
    const after = await stat(path);
    expect([after.mode, after.uid, await readdir(path)]).toEqual([before.mode, before.uid, ['thesis.txt']]);
  });

  test('takes a folder with an odd name', async () => {
    const path = join(await temporaryFolder(), `a, "b" c's`, 'data');
    const queue = createRunQueue(await open(path), { retention });
    expect(await queue.add(aRun())).toEqual({ duplicate: false });
  });

  test('says what is in the way of its folder', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'file'), '');
    await expect(open(join(folder, 'file', 'data'))).rejects.toMatchObject({
      code: 'queue_data_dir',
      message: expect.stringContaining(join(folder, 'file', 'data')),
    });
  });

  test('has its socket elsewhere when the path is too long for one', async () => {
    const path = join(await dataDir(), 'x'.repeat(60), 'y'.repeat(60));
    const backend = await open(path);
    const { socketDir } = await prepareDataDir(path);
    onTestFinished(() => rm(socketDir, { recursive: true, force: true }));
    expect(socketDir).not.toBe(path);
    expect((await stat(socketDir)).mode & 0o777).toBe(0o700);
    expect(await createRunQueue(backend, { retention }).add(aRun())).toEqual({ duplicate: false });
  });

  test('refuses a short socket folder that somebody else has laid out', async () => {
    const path = join(await dataDir(), 'x'.repeat(60), 'z'.repeat(60));
    const { socketDir } = await prepareDataDir(path);
    await rm(socketDir, { recursive: true });
    await writeFile(socketDir, '');
    onTestFinished(() => rm(socketDir, { force: true }));
    await expect(open(path)).rejects.toMatchObject({ code: 'queue_data_dir' });
  });
});

describe('two on one folder', () => {
  test('the second refuses, and the first goes on', async () => {
    const path = await dataDir();
    const queue = createRunQueue(await open(path), { retention });
    const pid = await postmasterPid(path);
    const refused = await took(open(path).catch((error: unknown) => error));
    expect(refused.result).toMatchObject({ code: 'queue_in_use', message: expect.stringContaining(path) });
    expect(refused.ms).toBeLessThan(4_000);

    const child = spawnChild({ kind: 'embedded', dataDir: path });
    await child.says('failed queue_in_use');
    expect(await postmasterPid(path)).toBe(pid);
    expect(await queue.add(aRun())).toEqual({ duplicate: false });
  });

  test('the second sees the first by whatever name, and from wherever, it looks', async () => {
    const path = await dataDir();
    const queue = createRunQueue(await open(path), { retention });
    const pid = await postmasterPid(path);
    await symlink(path, `${path}-too`);
    await expect(open(`${path}-too`)).rejects.toMatchObject({ code: 'queue_in_use' });

    // In another container the server's number means nothing.
    const lock = join(path, 'postgres', 'postmaster.pid');
    const lines = await readFile(lock, 'utf8');
    await writeFile(lock, lines.replace(String(pid), '4194000'));
    const refused = await open(path).catch((error: unknown) => error);
    await writeFile(lock, lines);
    expect(refused).toMatchObject({ code: 'queue_in_use' });
    expect(await queue.add(aRun())).toEqual({ duplicate: false });
  });

  test('one wins when both start at once on a new folder', async () => {
    const path = await dataDir();
    const results = await Promise.allSettled([open(path), open(path), open(path)]);
    const lost = results.filter((result) => result.status === 'rejected');
    expect(lost.map(({ reason }) => reason.code)).toEqual(['queue_in_use', 'queue_in_use']);
    expect((await readdir(path)).filter((name) => name.startsWith('postgres.new'))).toEqual([]);
  });

  test('the second waits for a first that is just ending', async () => {
    const path = await dataDir();
    const first = await open(path);
    const [, second] = await Promise.all([first.close(), open(path)]);
    expect(await createRunQueue(second, { retention }).add(aRun())).toEqual({ duplicate: false });
  });
});

describe('after something was killed', () => {
  test('a server left over by a killed process is taken over, and ended with us', async () => {
    const path = await dataDir();
    const child = spawnChild({ kind: 'embedded', dataDir: path });
    await child.says('ready');
    const pid = await postmasterPid(path);
    await child.kill();
    expect(await postmasterPid(path)).toBe(pid);

    // By another name of the same folder, too.
    await symlink(path, `${path}-too`);
    const backend = await open(`${path}-too`);
    expect(await postmasterPid(path)).toBe(pid);
    const run = aRun();
    await createRunQueue(backend, { retention }).add(run);
    await backend.close();
    expect(await runningPostmaster(join(path, 'postgres'))).toBeUndefined();
    expect(await createRunQueue(await open(path), { retention }).find(run.id)).toEqual(run);
  });

  test('a server that was killed is started again', async () => {
    const path = await dataDir();
    const told: string[] = [];
    const queue = createRunQueue(await open(path, told), { retention });
    const run = aRun();
    await queue.add(run);
    const pid = await postmasterPid(path);
    process.kill(pid, 'SIGKILL');
    await until('a new server runs', async () => {
      const running = await runningPostmaster(join(path, 'postgres'));
      return running !== undefined && running.pid !== pid;
    });
    await until('it takes runs again', () =>
      queue.add(aRun()).then(
        () => true,
        () => false,
      ),
    );
    expect(await queue.find(run.id)).toEqual(run);
    expect(told.join()).toContain('starting it again');
    // The new server answers a moment before the old holder has its lock again.
    await until('the first Beckon holds it again', async () => (await advisoryLocks(path)) === 1);
    await expect(open(path)).rejects.toMatchObject({ code: 'queue_in_use' });
  });

  test('the number of a dead server, which another process has now, is no obstacle', async () => {
    const path = await dataDir();
    await (await open(path)).close();
    const { uid, gid } = await stat(join(path, 'postgres'));
    const other = spawn('sleep', ['60'], isRoot ? { uid, gid } : {});
    onTestFinished(async () => {
      other.kill();
      await once(other, 'exit');
    });
    const lock = join(path, 'postgres', 'postmaster.pid');
    await writeFile(lock, `${other.pid}\n${join(path, 'postgres')}\n1\n5432\n${path}\n\n  1 1\nready   \n`);
    await chown(lock, uid, gid);
    const queue = createRunQueue(await open(path), { retention });
    expect(await queue.add(aRun())).toEqual({ duplicate: false });
    expect(other.exitCode).toBeNull();
  });

  test('files that were half made are no obstacle', async () => {
    const path = await dataDir();
    await mkdir(join(path, 'postgres.new-1', 'base'), { recursive: true });
    const queue = createRunQueue(await open(path), { retention });
    expect(await queue.add(aRun())).toEqual({ duplicate: false });
    expect(await readdir(path)).not.toContain('postgres.new-1');
  });

  test('Ctrl-C in a terminal does not reach the server', async () => {
    const path = await dataDir();
    const child = spawnChild({ kind: 'embedded', dataDir: path });
    await child.says('ready');
    const pid = await postmasterPid(path);
    child.signalGroup('SIGINT');
    await child.says('interrupted');
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(await postmasterPid(path)).toBe(pid);
    await child.kill();
    await (await open(path)).close();
  });
});
