import { randomUUID } from 'node:crypto';
import type { JobType } from 'bullmq';
import pLimit from 'p-limit';
import { newestFirst } from '../runs/filter.ts';
import type { RunQueue, StopRequest } from '../runs/queue-ports.ts';
import type { Outcome, Run } from '../runs/run.ts';
import type { Backend, RunJob } from './backend.ts';
import { keepTrying } from './keep-trying.ts';
import { readRun } from './run-data.ts';
import { ANSWER_MS, KEPT_RUNS } from './settings.ts';
import { readStop, STOP, stopData, stopId } from './stops.ts';
import { storable } from './storable.ts';
import { unavailable } from './unavailable.ts';
import { wakeJob } from './wake.ts';
import { within } from './within.ts';

/** How often a run is taken up after our own code threw. The run itself gives up, and says so, long before. */
const ATTEMPTS = 60;
/** Of a command: tried again when GitLab or our own code fails, and known for a day, so that it is obeyed once. */
const COMMAND_OPTIONS = {
  attempts: 10,
  backoff: { type: 'exponential', delay: 1_000 },
  removeOnComplete: { age: 86_400, count: 10_000 },
  removeOnFail: { age: 86_400, count: 1_000 },
} as const;
/** Unfinished runs of one state that a list takes into account. */
const MOST_UNFINISHED = 10_000;
/**
 * Runs and commands put in at once. In a burst the others wait in line, and the time that the queue has for an answer
 * begins with their turn: else all of them would share it, and none would be done.
 */
const PUT_AT_ONCE = 16;
/** Milliseconds in line. With those for the answer less than the ten seconds that GitLab waits. */
const IN_LINE_MS = 6_000;
/** Runs read at once. */
const PAGE = 100;
/**
 * The states of runs that have not ended, in the order in which runs go through them, and round again: PostgreSQL is
 * asked for one after the other, and a run that moves on meanwhile is found in the next.
 */
const UNDER_WAY = ['active', 'delayed', 'waiting', 'active', 'delayed'] as const;

const SET_ASIDE: Outcome = { kind: 'failed', reason: 'a fault inside Beckon, see its log', job: undefined };

/** An answer of the queue in time, or `queue_unavailable`. What was asked may still happen later. */
async function answered<T>(doing: string, asked: Promise<T>): Promise<T> {
  try {
    return await within(ANSWER_MS, asked);
  } catch (error) {
    throw unavailable(doing, error);
  }
}

/** The run of a job. One that the queue has set aside, because our own code always threw, has failed. */
function runOf(job: RunJob): Run {
  const run = readRun(job.data);
  if (job.finishedOn === undefined || run.finishedAt !== undefined) return run;
  const finishedAt = new Date(job.finishedOn).toISOString();
  return { ...run, outcome: run.outcome ?? SET_ASIDE, finishedAt };
}

/** The run of a job, or `undefined` where this program cannot read it, or where it is none. */
function readable(job: RunJob): Run | undefined {
  try {
    return runOf(job);
  } catch {
    return undefined;
  }
}

/**
 * The producing side of an open queue, and the store of runs. Finished runs are kept for `retention`
 * milliseconds, though at most 20,000 of them; adding a kept one again is a duplicate. Closing it closes the backend.
 */
export function createRunQueue(backend: Backend, { retention }: { readonly retention: number }): RunQueue {
  const { queue } = backend;
  const kept = { age: Math.ceil(retention / 1_000), count: KEPT_RUNS };
  const options = {
    attempts: ATTEMPTS,
    backoff: { type: 'fixed', delay: 1_000 },
    removeOnComplete: kept,
    removeOnFail: kept,
    stackTraceLimit: 3,
  };

  const line = pLimit(PUT_AT_ONCE);

  /** As {@link answered}, but asked again within that time, so that a short absence goes unnoticed. */
  function taken<T>(doing: string, ask: () => Promise<T>): Promise<T> {
    const until = Date.now() + IN_LINE_MS;
    return line(() => {
      if (Date.now() > until) throw unavailable(doing, 'too much came at once');
      return keepTrying(doing, ask, { ms: ANSWER_MS, pause: 100 });
    });
  }

  /**
   * BullMQ stores nothing when the id is taken, and does not say so. Each call's own name, read back from the
   * store, tells whose job it is, also when two calls race, and when one tries again after a lost answer.
   */
  async function addOnce(run: Run, name: string): Promise<{ duplicate: boolean }> {
    const stored = await backend.addNamed(name, storable(run), { ...options, jobId: run.id });
    return { duplicate: stored !== undefined && stored !== name };
  }

  /**
   * A job of its own rather than a field of the run: the worker that has the run writes its data, and would
   * write over it. Whoever performs that job wakes the run again, should we die before we do.
   */
  async function stop(runId: string, request: StopRequest): Promise<'asked' | 'over' | 'unknown'> {
    const job = await queue.getJob(runId);
    if (job === undefined) return 'unknown';
    if (job.finishedOn !== undefined || readable(job)?.outcome !== undefined) return 'over';
    await queue.add(STOP, storable(stopData(runId, request)), { ...options, jobId: stopId(runId) });
    await wakeJob(queue, runId);
    return 'asked';
  }

  async function stopOf(runId: string): Promise<StopRequest | undefined> {
    const job = await queue.getJob(stopId(runId));
    const request = job === undefined ? undefined : readStop(job);
    return request === undefined ? undefined : { by: request.by, reason: request.reason };
  }

  /**
   * First who is there, then the runs of those, each as it is by then: a run moves on while others are read, and
   * would be passed over or read twice by pages of the jobs themselves.
   */
  async function* jobsOf(states: readonly JobType[], most: number): AsyncGenerator<readonly RunJob[]> {
    const ids = await answered('list the runs', queue.getRanges([...states], 0, most - 1));
    for (let start = 0; start < ids.length; start += PAGE) {
      const page = ids.slice(start, start + PAGE).map((id) => queue.getJob(id));
      yield (await answered('list the runs', Promise.all(page))).filter((job) => job !== undefined);
    }
  }

  /**
   * The store has finished runs by their end. More are read than asked for, so that a young run which ended early is
   * not left out for old ones which ended late.
   */
  const newest: RunQueue['list'] = async ({
    limit,
    where = () => true,
    unfinished = false,
    endedSince = 0,
  }) => {
    if (limit < 1) return [];
    const found = new Map<string, Run>();
    const take = (jobs: readonly RunJob[]) => {
      for (const run of jobs.flatMap((job) => readable(job) ?? []).filter(where)) found.set(run.id, run);
    };
    for await (const jobs of jobsOf(UNDER_WAY, MOST_UNFINISHED)) {
      take(unfinished ? jobs.filter(({ finishedOn }) => finishedOn === undefined) : jobs);
    }
    for (const state of unfinished ? [] : (['completed', 'failed'] as const)) {
      const enough = found.size + 2 * limit + 20;
      for await (const jobs of jobsOf([state], KEPT_RUNS)) {
        const recent = jobs.filter(({ finishedOn = endedSince }) => finishedOn >= endedSince);
        take(recent);
        if (recent.length === 0 || found.size >= enough) break;
      }
    }
    return [...found.values()].sort(newestFirst).slice(0, limit);
  };

  return {
    addCommand: async (command) => {
      const options = { ...COMMAND_OPTIONS, jobId: command.id };
      await taken('put the command into the queue', () => queue.add('command', storable(command), options));
    },
    add: (run) => {
      const name = randomUUID();
      return taken('put the run into the queue', () => addOnce(run, name));
    },
    wake: (runId, settled) => answered('wake the run', wakeJob(queue, runId, settled)),
    find: async (runId) => {
      const job = await answered('find the run', queue.getJob(runId));
      return job === undefined ? undefined : runOf(job);
    },
    stop: (runId, request) => answered('ask the run to stop', stop(runId, request)),
    stopOf: (runId) => answered('look for a request to stop', stopOf(runId)),
    list: newest,
    bornAt: async () => {
      let born = '';
      const note = (text = String(Date.now())) => {
        born = text;
        return text;
      };
      await answered('ask how old the queue is', backend.text('born').update(note));
      return Number(born);
    },
    depth: async () => {
      const counts = await answered(
        'count the runs',
        queue.getJobCounts('waiting', 'active', 'delayed', 'completed', 'failed'),
      );
      const { waiting = 0, active = 0, delayed = 0, completed = 0, failed = 0 } = counts;
      return { waiting, active, delayed, completed, failed };
    },
    ping: async () => {
      await answered('reach the queue', queue.isPaused());
    },
    close: () => backend.close(),
  };
}
