import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';

const program = fileURLToPath(new URL('../../../dist/cli/main.js', import.meta.url));

export interface RunningBeckon {
  /** Where it listens; a worker does not. */
  readonly address: string;
  readonly pid: number;
  /** Resolves when the process is gone. */
  readonly gone: Promise<unknown>;
  /** Sends a signal and waits until the process is gone; gives its exit code. */
  end(signal: NodeJS.Signals): Promise<number | null>;
}

/** Starts the built program with a config, as an operator would, and waits until it is ready. */
export async function startBeckon(
  config: unknown,
  {
    folder,
    env = {},
    role = 'all',
    options = [],
    onLog = () => {},
    onComplaint,
  }: {
    folder: string;
    env?: Record<string, string>;
    role?: 'all' | 'web' | 'worker';
    /** More of the command line. */
    options?: readonly string[];
    onLog?: (line: string) => void;
    /** Hears what goes to the standard error, which is ours where this is left out. */
    onComplaint?: (line: string) => void;
  },
): Promise<RunningBeckon> {
  const file = join(folder, 'beckon.yaml');
  await writeFile(file, stringify(config));
  const child = spawn(process.execPath, [program, 'serve', '--role', role, '--config', file, ...options], {
    cwd: folder,
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: ['ignore', 'pipe', onComplaint === undefined ? 'inherit' : 'pipe'],
    // A signal from the terminal is for the one who started us; we pass on our own.
    detached: true,
  });
  if (child.stderr !== null && onComplaint !== undefined) {
    createInterface({ input: child.stderr }).on('line', onComplaint);
  }
  const gone = once(child, 'exit');
  const address = await readyAddress(child, onLog);
  return {
    address,
    pid: child.pid ?? 0,
    gone,
    async end(signal) {
      if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
      child.kill(signal);
      await gone;
      return child.exitCode;
    },
  };
}

function readyAddress(child: ChildProcess, onLog: (line: string) => void): Promise<string> {
  return new Promise((resolve, reject) => {
    if (child.stdout === null) throw new Error('the standard output is a pipe');
    createInterface({ input: child.stdout }).on('line', (line) => {
      onLog(line);
      const { msg, address } = parse(line);
      if (msg === 'beckon is ready') resolve(address ?? '');
    });
    child.once('exit', (code) => reject(new Error(`Beckon ended with ${code} before it was ready`)));
  });
}

function parse(line: string): { msg?: string; address?: string } {
  try {
    return JSON.parse(line);
  } catch {
    return {};
  }
}
