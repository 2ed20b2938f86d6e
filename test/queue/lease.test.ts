import { afterEach, expect, it, vi } from 'vitest';
import type { RunJob } from '../../src/queue/backend.ts';
import { leaseOf } from '../../src/queue/lease.ts';
import { LOCK_MS } from '../../src/queue/settings.ts';
import { aRun } from './a-run.ts';

afterEach(() => void vi.useRealTimers());

/** A job whose lock is another's once it was not extended for its time; the process stands still after each ask. */
function jobOf({ stillFor }: { stillFor: number }) {
  const saved: unknown[] = [];
  let extended = 0;
  let until = Date.now();
  const job = {
    async extendLock() {
      extended += 1;
      if (Date.now() > until) return 0;
      until = Date.now() + LOCK_MS;
      vi.setSystemTime(Date.now() + stillFor);
      return 1;
    },
    updateData: async (data: unknown) => void saved.push(data),
  };
  return { saved, job: job as unknown as RunJob, extended: () => extended };
}

it('a process that stood still for longer than its lock lived writes nothing more', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const { job, saved } = jobOf({ stillFor: 2 * LOCK_MS });
  await expect(leaseOf(job, { token: 't', clock: () => Date.now() }).save(aRun())).rejects.toThrow(
    'another worker has this run',
  );
  expect(saved).toEqual([]);
});

it('one that stood still for a moment goes on', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const { job, saved } = jobOf({ stillFor: LOCK_MS / 4 });
  await leaseOf(job, { token: 't', clock: () => Date.now() }).save(aRun());
  expect(saved).toHaveLength(1);
});

it('asks for its lock once in a second, whatever is written and confirmed meanwhile', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const { job, saved, extended } = jobOf({ stillFor: 0 });
  const lease = leaseOf(job, { token: 't', clock: () => Date.now() });
  await lease.save(aRun());
  await lease.confirm();
  vi.setSystemTime(Date.now() + 999);
  await lease.save(aRun());
  expect(extended()).toBe(1);
  vi.setSystemTime(Date.now() + 1);
  await lease.save(aRun());
  await lease.confirm();
  expect(extended()).toBe(2);
  expect(saved).toHaveLength(3);
});

it('one that stood still after it was asked writes nothing once another has the run', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const { job, saved } = jobOf({ stillFor: 0 });
  const lease = leaseOf(job, { token: 't', clock: () => Date.now() });
  await lease.confirm();
  vi.setSystemTime(Date.now() + LOCK_MS + 1);
  await expect(lease.save(aRun())).rejects.toThrow('another worker has this run');
  expect(saved).toEqual([]);
});
