import { setTimeout as sleep } from 'node:timers/promises';
import type { Run } from '../runs/run.ts';
import type { RunJob } from './backend.ts';
import { LOCK_MS } from './settings.ts';
import { storable } from './storable.ts';
import { isRefusal } from './wake.ts';

/** How long a write waits for a queue that is away, in milliseconds. */
const PATIENCE_MS = 60_000;

/** Reasons for which a run is let go before it has got as far as it could. */
export type Abort = 'lost' | 'shutdown';

/** The right to work on a job, as long as no other worker has taken it over. */
export interface Lease {
  readonly signal: AbortSignal;
  abort(reason: Abort): void;
  reason(): Abort | undefined;
  save(run: Run): Promise<void>;
  /** Takes up again at `at`, milliseconds since the epoch. */
  putOff(at: number): Promise<void>;
  /** Back into the queue as it is. */
  giveBack(): Promise<void>;
}

/**
 * The lease on a job that was taken with `token`. A process that was stopped for a while may hold a job that
 * another has taken over since: so every write first extends the lock, and refuses where the lock is gone.
 * Writes outlast a short absence of the queue.
 */
export function leaseOf(job: RunJob, { token }: { token: string }): Lease {
  const abortion = new AbortController();
  let why: Abort | undefined;
  const abort = (reason: Abort): void => {
    // Losing the job weighs more than the end of the process: nothing may be written any more.
    if (why !== 'lost') why = reason;
    abortion.abort(new Error(reason === 'lost' ? 'another worker has this run' : 'Beckon is shutting down'));
  };

  /** Whether the lock is ours. What was answered to a process that stood still meanwhile may hold no longer. */
  async function extend(): Promise<boolean> {
    for (;;) {
      const asked = Date.now();
      if ((await job.extendLock(token, LOCK_MS)) !== 1) return false;
      if (Date.now() - asked < LOCK_MS) return true;
    }
  }

  async function write(work: () => Promise<unknown>): Promise<void> {
    for (const end = Date.now() + PATIENCE_MS; ; ) {
      if (why === 'lost') throw abortion.signal.reason;
      try {
        await work();
        return;
      } catch (error) {
        if (isRefusal(error)) abort('lost');
        else if (why !== undefined || Date.now() > end) throw error;
        else await sleep(500);
      }
    }
  }

  return {
    signal: abortion.signal,
    abort,
    reason: () => why,
    save: (run) =>
      write(async () => {
        if (!(await extend())) abort('lost');
        else await job.updateData(storable(run));
      }).then(() => {
        if (why === 'lost') throw abortion.signal.reason;
      }),
    putOff: (at) => write(() => job.moveToDelayed(at, token)),
    giveBack: () => write(() => job.moveToWait(token)),
  };
}
