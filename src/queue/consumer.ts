import { setTimeout as sleep } from 'node:timers/promises';
import { DelayedError, UnrecoverableError, WaitingError } from 'bullmq';
import pLimit from 'p-limit';
import { messageOf } from '../lib/errors.ts';
import type { DeliverNotice } from '../notify/notice.ts';
import type { Command } from '../runs/command.ts';
import type { Clock } from '../runs/ports.ts';
import type { Duty, Perform, ScheduledTrigger, Tick } from '../runs/queue-ports.ts';
import type { Run } from '../runs/run.ts';
import type { Backend, RunJob } from './backend.ts';
import { breather } from './breather.ts';
import { readCommand } from './command-data.ts';
import { readDuty } from './duties.ts';
import { type Lease, leaseOf } from './lease.ts';
import { readNotice } from './notices.ts';
import { quiet } from './quiet.ts';
import { readRun } from './run-data.ts';
import { type Recurring, readTick, restoreSchedules, syncSchedules } from './schedules.ts';
import { LOCK_MS, MAX_CRASHES, STALLED_CHECK_MS, START_MS } from './settings.ts';
import { readStop } from './stops.ts';
import { unavailable } from './unavailable.ts';
import { promoteJob, settledIn, wakeJob, wokenMeanwhile } from './wake.ts';
import { within } from './within.ts';

/** Milliseconds that an aborted run has to come to its end. */
const GRACE_MS = 1_000;
/**
 * Milliseconds from when a run was made for which one that cannot be read is kept waiting: during an upgrade a newer
 * program takes it up. The least and the most milliseconds between two tries.
 */
const UNREADABLE = { forMs: 86_400_000, least: 10_000, most: 600_000 };
/** Milliseconds between two looks whether the queue still has its schedules. */
const RESTORE_MS = 60_000;
/** Milliseconds for closing BullMQ's worker, which waits for a queue that is away. */
const CLOSE_MS = 1_500;
/**
 * The least milliseconds before a run is taken up again. BullMQ stops renewing a job's lock when it is done with
 * the job; the same job must not have been taken again by then.
 */
const LEAST_WAIT_MS = 300;

export interface Consumer {
  /**
   * Has these done from now on, in place of what `ticks` named; the duties for the first time at once. A queue that is
   * away is told within a minute of when it is back. Never rejects.
   */
  setRecurring(recurring: Recurring): Promise<void>;
  /**
   * Takes no more runs, lets those under way end for up to `deadlineMs`, then aborts the rest and puts them
   * back. Takes at most 4 s longer than that, whatever the queue does. No run is lost.
   */
  close(deadlineMs: number): Promise<void>;
}

export interface ConsumerOptions {
  readonly perform: Perform;
  /** All schedules there are, and what is done for each of their times. Left out: they are somebody else's work. */
  readonly ticks?: {
    readonly schedules: readonly ScheduledTrigger[];
    readonly onTick: (tick: Tick) => Promise<void>;
    /** All there are. */
    readonly duties?: readonly Duty[];
  };
  /** Does what a command asks for; tried again when it rejects. Left out: it is somebody else's work. */
  readonly onCommand?: (command: Command) => Promise<void>;
  /** Delivers a notice. Left out: it is somebody else's work. */
  readonly onNotice?: DeliverNotice;
  /** Runs performed at once. */
  readonly concurrency: number;
  /** Hears of exceptions of `perform`, with the run's id, and of trouble with the queue. */
  readonly onError: (error: unknown, runId?: string) => void;
  readonly clock: Clock;
}

/**
 * Takes runs from the queue and performs them: *done* completes the job whatever the outcome, *wait* takes it up
 * again later. An exception is a fault of ours: the run is performed again, and told how often that has been so.
 * Rejects with `queue_unavailable`.
 */
export async function startConsumer(
  backend: Backend,
  { perform, ticks, onCommand, onNotice, concurrency, onError, clock }: ConsumerOptions,
): Promise<Consumer> {
  let recurring = ticks && { schedules: ticks.schedules, duties: ticks.duties ?? [] };
  /** The queue may know others yet. */
  let isUntold = false;
  const leases = new Map<string, Lease>();
  const underWay = new Set<Promise<void>>();
  const wakes = new Set<Promise<void>>();
  let closing = false;

  async function step(run: Run, job: RunJob, lease: Lease): Promise<void> {
    // Finished, and the process died before it could say so to the queue.
    if (run.finishedAt !== undefined) return;
    const interruptions = job.stalledCounter + job.attemptsMade;
    const performed = await perform(run, { ...lease, interruptions, settled: settledIn(job) });
    await lease.save(performed.run);
    if (performed.kind === 'done') return;
    await lease.putOff(Math.max(performed.at, clock() + LEAST_WAIT_MS));
    const woken = wakeIfMarked(job)
      .catch(tellQueue)
      .finally(() => wakes.delete(woken));
    wakes.add(woken);
    throw new DelayedError();
  }

  async function wakeIfMarked(job: RunJob): Promise<void> {
    if (!(await wokenMeanwhile(backend.queue, job))) return;
    await sleep(LEAST_WAIT_MS);
    await promoteJob(backend.queue, job.id ?? '');
  }

  async function work(job: RunJob, token: string): Promise<void> {
    const lease = leaseOf(job, { token, clock });
    const id = job.id ?? '';
    leases.set(id, lease);
    if (closing) lease.abort('shutdown');
    try {
      const stop = readStop(job);
      if (!closing && stop !== undefined) return await wakeJob(backend.queue, stop.runId);
      const tick = readTick(job);
      if (!closing && tick !== undefined) return await ticks?.onTick(tick);
      const duty = readDuty(job);
      if (!closing && duty !== undefined) {
        return await recurring?.duties.find(({ name }) => name === duty)?.work();
      }
      const command = readCommand(job);
      if (!closing && command !== undefined) return await onCommand?.(command);
      const notice = readNotice(job);
      if (!closing && notice !== undefined) {
        const after = await onNotice?.(notice, { since: job.timestamp, signal: lease.signal });
        if (after === undefined) return;
        await lease.putOff(clock() + after);
        throw new DelayedError();
      }
      if (!closing) return await step(readRun(job.data), job, lease);
    } catch (error) {
      if (error instanceof DelayedError) throw error;
      if (lease.reason() === undefined) {
        onError(error, id);
        if (!isUnreadable(error)) throw error;
        const age = clock() - job.timestamp;
        if (age > UNREADABLE.forMs) throw new UnrecoverableError(messageOf(error));
        const wait = Math.min(UNREADABLE.most, UNREADABLE.least + age / 10);
        await lease.putOff(Math.round(clock() + wait));
        throw new DelayedError();
      }
    } finally {
      if (leases.get(id) === lease) leases.delete(id);
    }
    if (lease.reason() === 'shutdown') await lease.giveBack().catch(tellQueue);
    // BullMQ leaves a job alone that ends so; it has been given back, or belongs to another.
    throw new WaitingError();
  }

  const tellQueue = quiet((error) => onError(unavailable('work on the queue', error)), { clock });
  const worker = backend.worker(
    (job, token = '') => {
      const working = work(job, token).finally(() => underWay.delete(working));
      underWay.add(working);
      return working;
    },
    {
      concurrency,
      lockDuration: LOCK_MS,
      stalledInterval: STALLED_CHECK_MS,
      maxStalledCount: MAX_CRASHES,
      runRetryDelay: 1_000,
    },
  );
  const rest = breather(worker, { clock, ending: () => closing });
  worker.on('error', (error) => {
    rest();
    tellQueue(error);
  });
  worker.on('lockRenewalFailed', (ids) => {
    for (const id of ids) leases.get(id)?.abort('lost');
  });

  const disconnect = (): Promise<void> => within(500, worker.disconnect()).catch(() => {});
  try {
    await within(START_MS, worker.waitUntilReady());
    if (recurring !== undefined) await within(START_MS, syncSchedules(backend.queue, recurring));
  } catch (error) {
    await within(CLOSE_MS, worker.close(true)).catch(disconnect);
    throw unavailable('start working on the queue', error);
  }
  worker.run().catch(tellQueue);
  const inTurn = pLimit(1);
  async function keepRecurring(): Promise<void> {
    if (recurring === undefined || closing) return;
    const keep = isUntold ? syncSchedules : restoreSchedules;
    isUntold = false;
    await within(START_MS, keep(backend.queue, recurring)).catch((error) => {
      isUntold ||= keep === syncSchedules;
      tellQueue(error);
    });
  }
  const restoring = setInterval(() => void inTurn(keepRecurring), RESTORE_MS).unref();

  return {
    setRecurring(next) {
      recurring = next;
      isUntold = true;
      return inTurn(keepRecurring);
    },
    async close(deadlineMs) {
      closing = true;
      clearInterval(restoring);
      await worker.pause(true);
      await ended(underWay, deadlineMs);
      for (const lease of leases.values()) lease.abort('shutdown');
      await ended(underWay, GRACE_MS);
      await ended(wakes, GRACE_MS);
      // What is still at work has ignored its signal: it may not write any more, and the next process takes over.
      const stuck = underWay.size > 0;
      for (const lease of leases.values()) lease.abort('lost');
      await within(CLOSE_MS, worker.close(stuck)).catch(disconnect);
    },
  };
}

function isUnreadable(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'run_unreadable';
}

/** Resolves when all of `work` has ended, well or badly, at the latest after `ms` milliseconds. */
async function ended(work: ReadonlySet<Promise<void>>, ms: number): Promise<void> {
  await within(ms, Promise.allSettled(work)).catch(() => {});
}
