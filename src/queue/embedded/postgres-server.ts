import { execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { messageOf } from '../../lib/errors.ts';
import type { PostgresAddress } from '../postgres.ts';
import { unavailable } from '../unavailable.ts';
import { type DataDir, dataDirError, SOCKET_PORT } from './data-dir.ts';
import { noBinary, type PostgresBinaries } from './postgres-binaries.ts';
import { disownLockFile, runningPostmaster } from './postmaster.ts';
import { blockedFolder } from './server-account.ts';

const run = promisify(execFile);

const USER = 'beckon';
const LONGEST_LOG = 1_000_000;

/** For one small queue, on a machine with other work. Given at every start, so an update of Beckon changes them. */
const SETTINGS = {
  listen_addresses: '',
  port: String(SOCKET_PORT),
  max_connections: '30',
  shared_buffers: '16MB',
  work_mem: '1MB',
  maintenance_work_mem: '16MB',
  // Its helper processes would cost more than they bring.
  io_method: 'sync',
  max_parallel_workers: '0',
  max_worker_processes: '2',
  jit: 'off',
  // Nobody replicates or restores from it.
  wal_level: 'minimal',
  max_wal_senders: '0',
  min_wal_size: '32MB',
  max_wal_size: '128MB',
  // What a run has been told is saved stays saved when the power goes.
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  autovacuum: 'on',
  autovacuum_naptime: '20s',
  log_min_messages: 'warning',
  timezone: 'UTC',
  log_timezone: 'UTC',
};

/** Our own environment holds tokens; PostgreSQL needs none of it. */
const ENV = { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };

/** How to reach a server over the socket in a folder. */
export function socketAddress(socketDir: string): PostgresAddress {
  return { host: socketDir, port: SOCKET_PORT, user: USER, database: 'postgres', ssl: false };
}

/** Creates the server's files where they are missing: complete or not at all, also when two start at once. */
export async function initialise(dir: DataDir, { initdb }: PostgresBinaries): Promise<void> {
  const isThere = (): Promise<boolean> =>
    stat(join(dir.files, 'PG_VERSION')).then(
      () => true,
      () => false,
    );
  if (await isThere()) return;
  const fresh = `${dir.files}.new-${randomUUID()}`;
  try {
    await run(
      initdb,
      ['--pgdata', fresh, '--username', USER, '--auth', 'trust', '--encoding', 'UTF8', '--locale', 'C'],
      { ...dir.account, env: ENV, cwd: '/' },
    );
    await rename(fresh, dir.files);
  } catch (error) {
    await rm(fresh, { recursive: true, force: true });
    if (!(await isThere())) throw await whyNot(dir, initdb, error);
  }
}

/**
 * Removes files that were being created when a process was killed. For the one who holds the server. What cannot be
 * removed is left: a process that lost the race for the server still writes into its own, and removes them itself.
 */
export async function sweep({ path }: DataDir): Promise<void> {
  const halves = (await readdir(path)).filter((name) => name.startsWith('postgres.new-'));
  const removed = halves.map((name) => rm(join(path, name), { recursive: true, force: true }));
  await Promise.allSettled(removed);
}

/**
 * Starts a server and resolves at once; it is up when it accepts connections. It has a session of its own, so
 * Ctrl-C in a terminal does not reach it, and it outlives us when we are killed. `failed` rejects when it ends.
 */
export async function launch(
  dir: DataDir,
  { postgres }: PostgresBinaries,
): Promise<{ readonly failed: Promise<never> }> {
  await disownLockFile(dir.files);
  const size = await stat(dir.log).then(
    (info) => info.size,
    () => 0,
  );
  const log = await open(dir.log, size > LONGEST_LOG ? 'w' : 'a', 0o600);
  if (dir.account !== undefined) await log.chown(dir.account.uid, dir.account.gid);
  // A list; quoted, a folder's name may hold a comma.
  const folders = `"${dir.socketDir.replaceAll('"', '""')}"`;
  const settings = Object.entries({ ...SETTINGS, unix_socket_directories: folders });
  const child = spawn(
    postgres,
    ['-D', dir.files, ...settings.flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    { ...dir.account, env: ENV, cwd: '/', detached: true, stdio: ['ignore', log.fd, log.fd] },
  );
  child.unref();
  const failed = new Promise<never>((_, reject) => {
    child.once('error', (error) => void whyNot(dir, postgres, error).then(reject));
    child.once(
      'exit',
      () => void lastOf(dir.log).then((line) => reject(unavailable('start PostgreSQL', line))),
    );
  });
  failed.catch(() => {});
  await log.close();
  return { failed };
}

/** Ends a server and waits for it: fast, without asking its clients. */
export async function shutDown(files: string, pid: number): Promise<void> {
  const gone = async (): Promise<boolean> => (await runningPostmaster(files))?.pid !== pid;
  for (const [signal, patience] of [
    ['SIGINT', 6_000],
    ['SIGQUIT', 2_000],
  ] as const) {
    try {
      process.kill(pid, signal);
    } catch {
      return;
    }
    for (const end = Date.now() + patience; Date.now() < end; await sleep(20)) if (await gone()) return;
  }
}

async function lastOf(log: string): Promise<string> {
  const lines = (await readFile(log, 'utf8').catch(() => '')).trim().split('\n');
  return lines.slice(-3).join(' ') || 'it ended without a word';
}

/** What a program's failure means to whoever can mend it. */
async function whyNot(dir: DataDir, program: string, error: unknown): Promise<Error> {
  if (dir.account !== undefined) {
    const blocked =
      (await blockedFolder(dir.path, dir.account)) ?? (await blockedFolder(program, dir.account));
    if (blocked !== undefined) {
      return dataDirError(
        dir.path,
        `PostgreSQL, which cannot run as root, runs as user ${dir.account.uid} and may not enter ${blocked}`,
        `Let it through: chmod o+x ${blocked}. Or run Beckon as an ordinary user, or choose another folder.`,
      );
    }
  }
  // The loader that the program asks for is missing; on Alpine there is musl in the place of glibc.
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
    return noBinary('PostgreSQL does not run on this system; it needs glibc, which Alpine has not.');
  }
  const stderr = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
  return unavailable('start PostgreSQL', stderr === '' ? messageOf(error) : stderr);
}
