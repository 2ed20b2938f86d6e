import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';

/** A server in a process of its own. */
export interface Program {
  readonly address: string;
  readonly pid: number;
  end(): Promise<void>;
}

const BECKON = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
/** More for Node, such as `--cpu-prof`. */
const OPTIONS = (process.env.BENCH_NODE ?? '').split(' ').filter(Boolean);
const CEILING = fileURLToPath(new URL('ceiling.ts', import.meta.url));

/** The built program. Its log goes into a file, as it would with a service manager, and not through the load generator. */
export async function startBeckon(
  config: object,
  {
    folder,
    name = 'beckon',
    role = 'web',
  }: { folder: string; name?: string; role?: 'all' | 'web' | 'worker' },
): Promise<Program> {
  const file = join(folder, `${name}.yaml`);
  await writeFile(file, stringify(config));
  const args = [...OPTIONS, BECKON, 'serve', '--role', role, '--config', file];
  return start(args, join(folder, `${name}.log`), /"address":"([^"]*)".*"beckon is ready"|"beckon is ready"/);
}

/** What stands for the most that its parts can do; see `ceiling.ts` for its kinds. */
export async function startCeiling(
  options: { readonly token: string; readonly [key: string]: unknown },
  { folder }: { folder: string },
): Promise<Program> {
  const args = ['--import', 'tsx', CEILING, JSON.stringify(options)];
  return start(args, join(folder, 'ceiling.log'), /"address":"([^"]*)"/);
}

async function start(args: readonly string[], log: string, ready: RegExp): Promise<Program> {
  const output = await open(log, 'w');
  const child = spawn(process.execPath, args, { stdio: ['ignore', output.fd, output.fd] });
  await output.close();
  const address = await readyAddress(child, log, ready);
  return {
    address,
    pid: child.pid ?? 0,
    async end() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      await gone;
    },
  };
}

async function readyAddress(child: ChildProcess, log: string, ready: RegExp): Promise<string> {
  for (;;) {
    const text = await readFile(log, 'utf8');
    const found = ready.exec(text);
    if (found !== null) return found[1] ?? '';
    if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}: ${text.slice(-2_000)}`);
    await sleep(2);
  }
}
