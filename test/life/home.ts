import { RateLimiterMemory } from 'rate-limiter-flexible';
import type { LimiterOf } from '../../src/queue/rates.ts';
import type { Machine } from './machine.ts';

export type JobState = 'waiting' | 'active' | 'delayed' | 'completed' | 'failed';

export interface StoredJob {
  readonly id: string;
  readonly name: string;
  readonly attempts: number;
  readonly backoff: number;
  state: JobState;
  /** JSON, as a store keeps it. */
  data: string;
  progress: unknown;
  tried: number;
  /** How often its lock ran out. */
  stalls: number;
  /** Ends the waiting of a delayed one. */
  timer: NodeJS.Timeout | undefined;
  finishedOn: number | undefined;
  lock: { readonly token: string; until: number } | undefined;
}

/** Hears of all that changes in the home. */
export interface HomeListener {
  jobChanged(job: StoredJob): void;
  jobTaken(job: StoredJob): void;
  turnsChanged(text: string): void;
  /** A job was given to another although whoever had it is alive. */
  takenOver(id: string, from: Machine): void;
}

/** BullMQ's refusals carry a negative code. */
function refusal(code: number): Error {
  return Object.assign(new Error(`refused with ${code}`), { code });
}

/**
 * What BullMQ keeps for all processes, in memory: jobs with their states and locks, the shared text and the
 * counters. What a job's lock guards in BullMQ it guards here, and no more.
 */
export function createHome(listener: HomeListener) {
  const jobs = new Map<string, StoredJob>();
  const limiters = new Map<string, RateLimiterMemory>();
  /** Each takes one job, if it can. */
  const consumers = new Set<() => boolean>();
  let text: string | undefined;
  let awayUntil = 0;
  let isLooking = false;

  /** Has the consumers look for work, in a moment. */
  function look(): void {
    if (isLooking) return;
    isLooking = true;
    setTimeout(() => {
      isLooking = false;
      if (isAway()) return;
      // One each, so that the work is shared.
      while ([...consumers].filter((takesOne) => takesOne()).length > 0);
    }, 1);
  }

  const isAway = () => Date.now() < awayUntil;

  function put(job: StoredJob, state: JobState): void {
    clearTimeout(job.timer);
    job.state = state;
    if (state !== 'active') job.lock = undefined;
    if (state === 'waiting') look();
    listener.jobChanged(job);
  }

  function delay(job: StoredJob, at: number): void {
    put(job, 'delayed');
    dueIn(job, Math.max(0, at - Date.now()));
  }
  function dueIn(job: StoredJob, ms: number): void {
    job.timer = setTimeout(() => {
      if (isAway()) dueIn(job, 1_000);
      else put(job, 'waiting');
    }, ms);
  }

  function held(id: string, token: string): StoredJob {
    const job = jobs.get(id);
    if (job === undefined) throw refusal(-1);
    if (job.lock === undefined) throw refusal(-2);
    if (job.lock.token !== token) throw refusal(-6);
    return job;
  }

  return {
    jobs,
    consumers,
    look,
    isAway,
    /** Until when it was away the last time. */
    wasAwayUntil: () => awayUntil,
    text: () => text,
    goAway(ms: number) {
      awayUntil = Math.max(awayUntil, Date.now() + ms);
      setTimeout(look, awayUntil - Date.now() + 1);
    },
    add(id: string, job: Pick<StoredJob, 'name' | 'data' | 'attempts' | 'backoff'>): void {
      if (jobs.has(id)) return;
      const fresh = {
        progress: 0,
        tried: 0,
        stalls: 0,
        timer: undefined,
        finishedOn: undefined,
        lock: undefined,
      };
      const stored: StoredJob = { id, ...job, ...fresh, state: 'waiting' };
      jobs.set(id, stored);
      put(stored, 'waiting');
    },
    /** The next waiting job, locked for whoever takes it. */
    take(token: string, lockMs: number): StoredJob | undefined {
      const job = [...jobs.values()].find(({ state }) => state === 'waiting');
      if (job === undefined) return undefined;
      job.lock = { token, until: Date.now() + lockMs };
      put(job, 'active');
      listener.jobTaken(job);
      return job;
    },
    extend(id: string, token: string, lockMs: number): number {
      const job = jobs.get(id);
      if (job?.lock?.token !== token) return 0;
      job.lock.until = Date.now() + lockMs;
      return 1;
    },
    /** Gives back a job whose lock is over: whoever had it is taken for dead. */
    giveBackIfStalled(id: string, token: string, from: Machine): 'stalled' | 'held' | 'gone' {
      const job = jobs.get(id);
      if (job?.lock?.token !== token) return 'gone';
      if (isAway() || job.lock.until > Date.now()) return 'held';
      if (from.isAlive()) listener.takenOver(id, from);
      job.stalls += 1;
      put(job, 'waiting');
      return 'stalled';
    },
    updateData(id: string, data: unknown): void {
      const job = jobs.get(id);
      if (job === undefined) throw refusal(-1);
      job.data = JSON.stringify(data);
      listener.jobChanged(job);
    },
    updateProgress(id: string, progress: unknown): void {
      const job = jobs.get(id);
      if (job === undefined) throw refusal(-1);
      job.progress = progress;
    },
    promote(id: string): void {
      const job = jobs.get(id);
      if (job?.state !== 'delayed') throw refusal(-3);
      put(job, 'waiting');
    },
    delayHeld: (id: string, token: string, at: number) => delay(held(id, token), at),
    giveBack: (id: string, token: string) => put(held(id, token), 'waiting'),
    finish(id: string, token: string): void {
      const job = held(id, token);
      job.finishedOn = Date.now();
      put(job, 'completed');
    },
    fail(id: string, token: string, { forGood }: { forGood: boolean }): void {
      const job = held(id, token);
      job.tried += 1;
      if (!forGood && job.tried < job.attempts) {
        delay(job, Date.now() + job.backoff);
        return;
      }
      job.finishedOn = Date.now();
      put(job, 'failed');
    },
    write(before: string | undefined, after: string): boolean {
      if (text !== before) return false;
      if (text === after) return true;
      text = after;
      listener.turnsChanged(after);
      return true;
    },
    limiter(name: string, { count, per }: Parameters<LimiterOf>[1]): RateLimiterMemory {
      const there =
        limiters.get(name) ??
        new RateLimiterMemory({ keyPrefix: name, points: count, duration: per / 1_000 });
      limiters.set(name, there);
      return there;
    },
  };
}

export type Home = ReturnType<typeof createHome>;
