import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../runs/ports.ts';
import type { Run } from '../runs/run.ts';
import type { RunJob } from './backend.ts';
import { LOCK_MS } from './settings.ts';
import { storable } from './storable.ts';
import { isRefusal } from './wake.ts';

/** How long a write waits for a queue that is away, in milliseconds. */
const PATIENCE_MS = 60_000;
/**
 * Milliseconds for which a lock that was extended counts as ours without a question. What is left of the lock is the
 * time that GitLab has for a request whose sender dies: whoever takes over must find what came of it.
 */
const SURE_MS = 1_000;

/** Reasons for which a run is let go before it has got as far as it could. */
export type Abort = 'lost' | 'shutdown';

/** The right to work on a job, as long as no other worker has taken it over. */
export interface Lease {
  readonly signal: AbortSignal;
  abort(reason: Abort): void;
  reason(): Abort | undefined;
  save(run: Run): Promise<void>;
  /** Resolves when no other worker can have the job yet: asks the queue where its last word is too old to tell. */
  confirm(): Promise<void>;
  /** Takes up again at `at`, milliseconds since the epoch. */
  putOff(at: number): Promise<void>;
  /** Back into the queue as it is. */
  giveBack(): Promise<void>;
}

/**
 * The lease on a job that was taken with `token`. A process that was stopped for a while may hold a job that
 * another has taken over since: so before a write the lock is extended unless that was just done, and where it is gone
 * nothing is written. Writes outlast a short absence of the queue.
 */
export function leaseOf(job: RunJob, { token, clock }: { token: string; clock: Clock }): Lease {
  const abortion = new AbortController();
  let why: Abort | undefined;
  let extendedAt = 0;
  const abort = (reason: Abort): void => {
    // Losing the job weighs more than the end of the process: nothing may be written any more.
    if (why !== 'lost') why = reason;
    abortion.abort(new Error(reason === 'lost' ? 'another worker has this run' : 'Beckon is shutting down'));
  };

  async function write(work: () => Promise<unknown>): Promise<void> {
    for (const end = clock() + PATIENCE_MS; ; ) {
      if (why === 'lost') throw abortion.signal.reason;
      try {
        await work();
        return;
      } catch (error) {
        if (isRefusal(error)) abort('lost');
        else if (why !== undefined || clock() > end) throw error;
        else await sleep(500);
      }
    }
  }

  /** Extends the lock, once more where the process slept over the answer. */
  async function extend(): Promise<void> {
    while (why !== 'lost') {
      const asked = clock();
      if ((await job.extendLock(token, LOCK_MS)) !== 1) return abort('lost');
      extendedAt = asked;
      if (clock() - asked < LOCK_MS / 2) return;
    }
  }
  const isSure = (): boolean => clock() - extendedAt < SURE_MS;
  const unlessLost = (): void => {
    if (why === 'lost') throw abortion.signal.reason;
  };

  return {
    signal: abortion.signal,
    abort,
    reason: () => why,
    save: (run) =>
      write(async () => {
        if (!isSure()) await extend();
        if (why !== 'lost') await job.updateData(storable(run));
      }).then(unlessLost),
    async confirm() {
      // Where the queue stays away the lock has run out long before.
      if (!isSure()) await write(extend).catch(() => abort('lost'));
      unlessLost();
    },
    putOff: (at) => write(() => job.moveToDelayed(at, token)),
    giveBack: () => write(() => job.moveToWait(token)),
  };
}
