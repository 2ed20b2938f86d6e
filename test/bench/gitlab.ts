import { type ChildProcess, fork } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('gitlab-program.ts', import.meta.url));

/** What the stand-in tells while it is asked. */
interface Told {
  /** A pipeline of this run was made, with this id. */
  pipeline: [run: string, id: number];
  /** The note of this run says its outcome, which begins so. */
  ended: [run: string, says: string];
  /** The progress note on this issue was asked for, at this time of a clock that all processes share. */
  noted: [issue: number, at: number];
}

export interface BenchGitLab {
  readonly url: string;
  readonly pid: number;
  readonly told: EventEmitter<Told>;
  close(): Promise<void>;
}

/** Starts the stand-in of fixed answers, each after `delay` milliseconds. */
export async function startBenchGitLab({ delay = 50, comments = 1, files = 1 } = {}): Promise<BenchGitLab> {
  const child: ChildProcess = fork(PROGRAM, [delay, comments, files].map(String), {
    execArgv: ['--import', import.meta.resolve('tsx')],
    detached: true,
  });
  const [{ port }] = (await once(child, 'message')) as [{ port: number }];
  const told = new EventEmitter<Told>();
  child.on(
    'message',
    (message: {
      pipeline?: string;
      id?: number;
      ended?: string;
      says?: string;
      noted?: number;
      at?: number;
    }) => {
      if (message.pipeline !== undefined) told.emit('pipeline', message.pipeline, message.id ?? 0);
      if (message.ended !== undefined) told.emit('ended', message.ended, message.says ?? '');
      if (message.noted !== undefined) told.emit('noted', message.noted, message.at ?? 0);
    },
  );
  return {
    url: `http://127.0.0.1:${port}`,
    pid: child.pid ?? 0,
    told,
    async close() {
      const gone = once(child, 'exit');
      child.disconnect();
      await gone;
    },
  };
}
