import { describe, expect, it } from 'vitest';
import { runAgain } from '../../src/runs/again.ts';
import { planRetry, runOfBranch, workloadBranch } from '../../src/runs/plan.ts';
import type { Run } from '../../src/runs/run.ts';
import { aFullRun, ended } from '../queue/a-run.ts';

function aQueue() {
  const runs = new Map<string, Run>();
  return {
    runs,
    async add(run: Run) {
      const duplicate = runs.has(run.id);
      if (!duplicate) runs.set(run.id, run);
      return { duplicate };
    },
    find: async (id: string) => runs.get(id),
  };
}

describe('a run that is started again', () => {
  const old = aFullRun();

  it('is a new run of the same event, which knows the old one', async () => {
    const queue = aQueue();
    const { run, duplicate } = await runAgain(old, { queue, now: 60_000 });
    expect(duplicate).toBe(false);
    expect(run).toEqual({
      version: 1,
      id: expect.any(String),
      agent: old.agent,
      trigger: old.trigger,
      event: old.event,
      createdAt: '1970-01-01T00:01:00.000Z',
      step: 'admit',
      failures: 0,
      looks: 0,
      retryOf: old.id,
      askedBy: old.askedBy,
    });
    expect([...queue.runs.values()]).toEqual([run]);
    expect(runOfBranch(workloadBranch(run.id))).toBe(run.id);
  });

  it('is no wish of an agent where another person wants it', () => {
    const bob = { id: 6, username: 'bob', name: 'Bob' };
    const run = planRetry(old, { mark: '1', actor: bob, now: 0 });
    expect(run.askedBy).toBeUndefined();
    expect(run.event.actor).toEqual(bob);
  });

  it('is one run until that has ended, and then another', async () => {
    const queue = aQueue();
    const both = await Promise.all([runAgain(old, { queue, now: 0 }), runAgain(old, { queue, now: 0 })]);
    expect(both.map(({ duplicate }) => duplicate)).toEqual([false, true]);
    const [first] = both;
    expect(await runAgain(old, { queue, now: 0 })).toEqual({ run: first?.run, duplicate: true });
    for (const run of queue.runs.values()) queue.runs.set(run.id, ended(run));
    const next = await runAgain(old, { queue, now: 0 });
    expect(next.duplicate).toBe(false);
    expect(queue.runs.size).toBe(2);
  });
});
