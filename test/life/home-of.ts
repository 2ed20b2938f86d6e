import { DelayedError, UnrecoverableError, WaitingError } from 'bullmq';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import type { Backend, JobWorker, Processor, RunJob, WorkerTuning } from '../../src/queue/backend.ts';
import type { Home, JobState, StoredJob } from './home.ts';
import { atWorkOn, type Machine } from './machine.ts';

const QUEUE_MS = 1;

/** The home of the queue as one process sees it: the calls of a dead one go nowhere, those of a frozen one late. */
export function homeOf(home: Home, machine: Machine): Backend {
  const isAway = () => {
    if (home.isAway()) throw new Error('connect ECONNREFUSED');
  };
  const call = <T>(operation: string, effect: () => T | Promise<T>): Promise<T> => {
    const reached = () => {
      isAway();
      return effect();
    };
    const failed = () => new Error(`the connection broke at ${operation}`);
    return machine.call(operation, reached, { ms: QUEUE_MS, failed });
  };

  function seen(job: StoredJob): RunJob {
    const { id } = job;
    const view = {
      id,
      name: job.name,
      data: JSON.parse(job.data),
      progress: job.progress,
      stalledCounter: job.stalls,
      attemptsMade: job.tried,
      finishedOn: job.finishedOn,
      extendLock: (token: string, ms: number) => call('extendLock', () => home.extend(id, token, ms)),
      updateData: (data: unknown) => call('updateData', () => home.updateData(id, data)),
      updateProgress: (progress: unknown) => call('updateProgress', () => home.updateProgress(id, progress)),
      promote: () => call('promote', () => home.promote(id)),
      moveToDelayed: (at: number, token: string) =>
        call('moveToDelayed', () => home.delayHeld(id, token, at)),
      moveToWait: (token: string) => call('moveToWait', () => home.giveBack(id, token)),
    };
    return view as unknown as RunJob;
  }

  const queue = {
    add: (name: string, data: unknown, options: Options) =>
      call('add', () =>
        home.add(options.jobId, {
          name,
          data: JSON.stringify(data),
          attempts: options.attempts,
          backoff: options.backoff.delay,
        }),
      ),
    getJob: (id: string) =>
      call('getJob', () => {
        const job = home.jobs.get(id);
        return job === undefined ? undefined : seen(job);
      }),
    getRanges: (states: readonly JobState[], start: number, end: number) =>
      call('getRanges', () =>
        [...home.jobs.values()]
          .filter(({ state }) => states.includes(state))
          .slice(start, end + 1)
          .map(({ id }) => id),
      ),
  };

  return {
    kind: 'embedded',
    queue: queue as unknown as Backend['queue'],
    async addNamed(name, data, options) {
      await queue.add(name, data, options as unknown as Options);
      return (await queue.getJob(options.jobId))?.name;
    },
    // Nothing but the turns is asked for here.
    text: () => ({
      async update(change) {
        for (;;) {
          const before = await call('readTurns', () => home.text());
          const after = change(before);
          if (await call('writeTurns', () => home.write(before, after))) return;
        }
      },
    }),
    // Nor any list of deliveries.
    log: () => ({ append: async () => {}, entries: async () => [] }),
    limiterOf: (name, rate) => new LimiterThere(home.limiter(name, rate), call),
    worker: (process, tuning) => workerOf(home, { machine, call, seen, process, tuning }),
    warnings: async () => [],
    close: async () => {},
  };
}

interface Options {
  readonly jobId: string;
  readonly attempts: number;
  readonly backoff: { readonly delay: number };
}

type Call = <T>(operation: string, effect: () => T | Promise<T>) => Promise<T>;

/** A counter at the home, asked from a process. */
class LimiterThere extends RateLimiterMemory {
  readonly #there: RateLimiterMemory;
  readonly #call: Call;
  constructor(there: RateLimiterMemory, call: Call) {
    super({ points: there.points, duration: there.duration });
    this.#there = there;
    this.#call = call;
  }
  override consume(key: string, points?: number) {
    return this.#call('consume', () => this.#there.consume(key, points));
  }
  override reward(key: string, points?: number) {
    return this.#call('reward', () => this.#there.reward(key, points));
  }
  override delete(key: string) {
    return this.#call('delete', () => this.#there.delete(key));
  }
}

/** Takes jobs as BullMQ's worker does: renews their locks as long as it is awake, and gives back what stalls. */
function workerOf(
  home: Home,
  {
    machine,
    call,
    seen,
    process,
    tuning,
  }: {
    machine: Machine;
    call: Call;
    seen: (job: StoredJob) => RunJob;
    process: Processor;
    tuning: WorkerTuning;
  },
): JobWorker {
  const { lockDuration = 0, stalledInterval = 0 } = tuning;
  const onError: ((error: Error) => void)[] = [];
  const onLost: ((ids: string[]) => void)[] = [];
  let isTaking = false;
  let atWork = 0;
  let last = 0;

  function takeOne(): boolean {
    if (!isTaking || !machine.isAwake() || atWork >= tuning.concurrency) return false;
    last += 1;
    const token = `${machine.name}-${last}`;
    const job = home.take(token, lockDuration);
    if (job === undefined) return false;
    atWork += 1;
    void work(job, token);
    return true;
  }

  async function work(job: StoredJob, token: string): Promise<void> {
    const view = seen(job);
    const renewing = setInterval(() => {
      if (!machine.isAwake() || home.isAway()) return;
      if (home.extend(job.id, token, lockDuration) === 1) return;
      clearInterval(renewing);
      for (const tell of onLost) tell([job.id]);
    }, lockDuration / 2);
    machine.onDeath(() => clearInterval(renewing));
    const stopWatching = watchLock(job, token);
    const end = await atWorkOn
      .run(job.id, () => process(view, token))
      .then(
        () => undefined,
        (error: unknown) => ({ error }),
      );
    clearInterval(renewing);
    await settle(job.id, token, end).catch((error: Error) => {
      for (const tell of onError) tell(error);
    });
    // A job that could not be put away keeps its lock until that is over.
    if (job.lock?.token !== token) stopWatching();
    atWork -= 1;
    home.look();
  }

  function settle(id: string, token: string, end: { readonly error: unknown } | undefined): Promise<void> {
    if (end === undefined) return call('moveToFinished', () => home.finish(id, token));
    const { error } = end;
    if (error instanceof DelayedError || error instanceof WaitingError) return Promise.resolve();
    const forGood = error instanceof UnrecoverableError;
    return call('moveToFinished', () => home.fail(id, token, { forGood }));
  }

  /** As other workers do. Gives back what ends it. */
  function watchLock(job: StoredJob, token: string): () => void {
    let timer: NodeJS.Timeout;
    const watch = (): void => {
      const left = Math.max(0, (job.lock?.until ?? 0) - Date.now());
      timer = setTimeout(() => {
        if (home.giveBackIfStalled(job.id, token, machine) === 'held') watch();
      }, left + stalledInterval);
    };
    watch();
    return () => clearTimeout(timer);
  }

  home.consumers.add(takeOne);
  machine.onDeath(() => home.consumers.delete(takeOne));
  const worker = {
    run: async () => {
      isTaking = true;
      home.look();
    },
    pause: async () => {
      isTaking = false;
    },
    resume: async () => {
      isTaking = true;
      home.look();
    },
    close: async () => {
      isTaking = false;
      home.consumers.delete(takeOne);
    },
    disconnect: async () => {},
    waitUntilReady: async () => {},
    on(event: 'error' | 'lockRenewalFailed', listener: never) {
      (event === 'error' ? onError : onLost).push(listener);
    },
  };
  return worker as unknown as JobWorker;
}
