import pLimit, { type LimitFunction } from 'p-limit';
import { startConsumer } from '../queue/consumer.ts';
import type { LimiterOf } from '../queue/rates.ts';
import type { Duty } from '../runs/queue-ports.ts';
import type { Base, Process } from './base.ts';
import { createUnderWay } from './under-way.ts';
import { openWork, type Work } from './work.ts';

/** The half that performs runs. */
export interface Worker {
  /**
   * Works by another config from now on. A run under way goes on by it with its next step; all else under way comes to
   * its end by the old one. Rejects, and goes on by the old one, where it cannot be worked by.
   */
  change(base: Base): Promise<void>;
}

/** Work that can be taken back step by step. */
interface Shift extends Work {
  /** Takes no further step of runs, and closes once nothing is under way. */
  leave(): Promise<void>;
}

/** Starts the half that performs runs. */
export async function startWorker(first: Base, process: Process): Promise<Worker> {
  const { log, metrics, clock, backend } = first;
  const limiterOf = remembering(backend.limiterOf);
  const oneAtATime = createOneAtATime();
  const open = new Set<Shift>();

  async function begin(base: Base): Promise<Shift> {
    let hasLeft = false;
    const work = await openWork(base, {
      limiterOf,
      process: { ...process, isStopping: () => hasLeft || process.isStopping() },
      isReplaced: () => hasLeft,
    });
    const underWay = createUnderWay();
    const shift: Shift = {
      perform: (run, tools) => underWay.add(work.perform(run, tools)),
      onCommand: (command) => underWay.add(work.onCommand(command)),
      onTick: (tick) => underWay.add(work.onTick(tick)),
      onNotice: (notice, about) => underWay.add(work.onNotice(notice, about)),
      schedules: work.schedules,
      duties: work.duties.map(oneAtATime).map((duty) => ({ ...duty, work: () => underWay.add(duty.work()) })),
      async close() {
        if (open.delete(shift)) await work.close();
      },
      async leave() {
        hasLeft = true;
        await underWay.ended();
        await shift.close();
      },
    };
    open.add(shift);
    return shift;
  }

  let now = await begin(first);
  process.onClose(async () => {
    for (const shift of open) await shift.close();
  });
  const consumer = await startConsumer(backend, {
    perform: (run, tools) => now.perform(run, tools),
    onCommand: (command) => now.onCommand(command),
    onNotice: (notice, about) => now.onNotice(notice, about),
    ticks: { schedules: now.schedules, onTick: (tick) => now.onTick(tick), duties: now.duties },
    concurrency: first.config.queue.concurrency,
    onError: (error, runId) => log.error({ runId, err: error }, 'worker fault'),
    clock,
  });
  process.onClose(() => consumer.close(process.left()));

  return {
    async change(base) {
      const next = await begin(base);
      if (process.isStopping()) return next.close();
      const before = now;
      now = next;
      // Of agents that are gone nothing is told any more.
      metrics.runsWaiting.reset();
      void before.leave().catch((error: unknown) => log.warn({ err: error }, 'closing failed'));
      await consumer.setRecurring(next);
    },
  };
}

/** Each counter looks after what it has counted as long as the process lives, so there is one for each rate only. */
export function remembering(limiterOf: LimiterOf): LimiterOf {
  const known = new Map<string, ReturnType<LimiterOf>>();
  return (name, rate) => {
    const key = JSON.stringify([name, rate]);
    const limiter = known.get(key) ?? limiterOf(name, rate);
    known.set(key, limiter);
    return limiter;
  };
}

/** A duty of an old config comes to its end before that of the next begins. */
function createOneAtATime(): (duty: Duty) => Duty {
  const limits = new Map<string, LimitFunction>();
  return (duty) => {
    const limit = limits.get(duty.name) ?? pLimit(1);
    limits.set(duty.name, limit);
    return { ...duty, work: () => limit(duty.work) };
  };
}
