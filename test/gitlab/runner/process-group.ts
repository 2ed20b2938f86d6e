import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { StringDecoder } from 'node:string_decoder';

/** How long a job may clean up after itself once it was told to stop. */
const GRACE_MS = 1000;

export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** The whole environment: nothing is taken over from this process. */
  readonly env: Readonly<Record<string, string>>;
  readonly onOutput: (text: string, stream: 'stdout' | 'stderr') => void;
  readonly signal?: AbortSignal | undefined;
}

function killGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // Nobody is left in the group.
  }
}

/**
 * Runs a program in a process group of its own, without input, and answers its exit code, nothing when a signal
 * ended it. When `signal` aborts the whole group is asked to stop and a second later killed. What the program
 * left running in its group ends with it.
 *
 * @throws Error when the program cannot be started.
 */
export async function runInGroup(command: Command): Promise<number | undefined> {
  const { program, args, cwd, env, onOutput, signal } = command;
  const isAborted = () => signal?.aborted === true;
  if (isAborted()) return undefined;
  const child = spawn(program, args, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  for (const name of ['stdout', 'stderr'] as const) {
    const decoder = new StringDecoder('utf8');
    child[name].on('data', (chunk: Buffer) => onOutput(decoder.write(chunk), name));
    child[name].on('end', () => onOutput(decoder.end(), name));
  }
  await once(child, 'spawn');
  const { pid } = child;
  let timer: NodeJS.Timeout | undefined;
  const stop = () => {
    if (pid === undefined) return;
    killGroup(pid, 'SIGTERM');
    timer = setTimeout(() => killGroup(pid, 'SIGKILL'), GRACE_MS);
  };
  signal?.addEventListener('abort', stop, { once: true });
  // Aborted while the program was being started.
  if (isAborted()) stop();
  child.once('exit', () => {
    // A background process of the job would keep the pipes, and so this call, open for ever.
    if (pid !== undefined) killGroup(pid, 'SIGKILL');
  });
  const [code] = (await once(child, 'close')) as [number | null];
  clearTimeout(timer);
  signal?.removeEventListener('abort', stop);
  return code ?? undefined;
}
