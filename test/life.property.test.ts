import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { plans } from './life/plan.ts';
import { play } from './life/play.ts';

// The clock of the plays has no part in the promises of `node:timers/promises`; this has.
vi.mock('node:timers/promises', () => ({
  setTimeout: (ms: number) => new Promise((resolve) => setTimeout(resolve, ms)),
}));

const RUNS = Number(process.env.BECKON_PLAYS ?? 60);

describe('whatever happens, and in whatever order', () => {
  it.each([
    ['where all goes well', false],
    ['where much goes wrong', true],
  ])(
    'every run ends once, says so once and keeps the limits, %s',
    async (_where, faulty) => {
      if (process.env.ONLY_FAULTY && !faulty) return;
      const outcomes = new Map<string, number>();
      await fc.assert(
        fc.asyncProperty(plans({ faulty }), async (plan) => {
          const played = await play(plan, { isCalm: !faulty });
          for (const outcome of played.outcomes) outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
        }),
        { numRuns: RUNS, endOnFailure: process.env.NO_SHRINK === '1' },
      );
      console.log(Object.fromEntries(outcomes));
      expect(outcomes.get('merge_request')).toBeGreaterThan(0);
    },
    600_000,
  );
});
