import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import type { QueueHome } from '../../src/config/config.ts';
import { until } from '../support/until.ts';

/** A process of {@link file://./child.ts}. */
export interface Child {
  readonly pid: number;
  /** What it has said so far. */
  said(): string;
  says(text: string, ms?: number): Promise<void>;
  /** To its whole process group, as a terminal does. */
  signalGroup(signal: NodeJS.Signals): void;
  signal(signal: NodeJS.Signals): void;
  kill(): Promise<void>;
}

const SCRIPT = fileURLToPath(new URL('child.ts', import.meta.url));
const TSX = import.meta.resolve('tsx');

/** Starts such a process, as another user where `uid` says so; it is killed after the test. */
export function spawnChild(
  home: QueueHome,
  {
    looks = 1,
    uid,
    onFinished = onTestFinished,
  }: { looks?: number; uid?: number; onFinished?: typeof onTestFinished } = {},
): Child {
  const plain = 'url' in home ? { ...home, url: home.url.reveal() } : home;
  const child = spawn(process.execPath, ['--import', TSX, SCRIPT, JSON.stringify(plain), String(looks)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    ...(uid === undefined ? {} : { uid, gid: uid, env: { PATH: process.env.PATH } }),
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      said += String(chunk);
    });
  }
  const { pid } = child;
  if (pid === undefined) throw new Error('the process does not start');
  const kill = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  };
  onFinished(kill);
  return {
    pid,
    kill,
    said: () => said,
    says: (text, ms = 15_000) =>
      until(`the process says "${text}"`, () => said.includes(text), { ms }).catch((error) => {
        throw new Error(`${String(error)}; it said:\n${said}`);
      }),
    signal: (signal) => process.kill(pid, signal),
    signalGroup: (signal) => process.kill(-pid, signal),
  };
}
