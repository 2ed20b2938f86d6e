import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A PostgreSQL server that runs on a folder. */
export interface Postmaster {
  readonly pid: number;
  /** Not known in its first moments. */
  readonly socketDir: string | undefined;
}

const LOCK_FILE = 'postmaster.pid';

/** The lines of the server's lock file: pid, folder, start time, port, socket folder, … */
async function lockFile(files: string): Promise<readonly string[]> {
  const text = await readFile(join(files, LOCK_FILE), 'utf8').catch(() => '');
  return text.split('\n');
}

function pidIn(lines: readonly string[]): number | undefined {
  const pid = Number(lines[0]);
  return Number.isInteger(pid) && pid > 0 ? pid : undefined;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function commandOf(pid: number): Promise<string> {
  if (process.platform === 'linux') return readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return run('ps', ['-o', 'command=', '-p', String(pid)]).then(
    ({ stdout }) => stdout,
    () => '',
  );
}

/** Numbers of processes are used again, soonest in a container: only a PostgreSQL on this folder counts. */
async function serves(pid: number, files: string): Promise<boolean> {
  return isAlive(pid) && (await commandOf(pid)).includes(files);
}

/** The server that runs on a folder, whoever started it. */
export async function runningPostmaster(files: string): Promise<Postmaster | undefined> {
  const lines = await lockFile(files);
  const pid = pidIn(lines);
  if (pid === undefined || !(await serves(pid, files))) return undefined;
  return { pid, socketDir: lines[4]?.trim() || undefined };
}

/**
 * Makes a lock file harmless whose number now belongs to some other process; PostgreSQL would refuse to start.
 * It takes the number of its own parent, us, for stale. The file itself must stay: by what else it says,
 * PostgreSQL makes sure that no worker process of the dead server is still writing.
 */
export async function disownLockFile(files: string): Promise<void> {
  const lines = await lockFile(files);
  const pid = pidIn(lines);
  if (pid === undefined || !isAlive(pid) || (await serves(pid, files))) return;
  await writeFile(join(files, LOCK_FILE), [String(process.pid), ...lines.slice(1)].join('\n'));
}
