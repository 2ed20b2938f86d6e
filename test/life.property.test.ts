import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { plans } from './life/plan.ts';
import { play } from './life/play.ts';

// The clock of the plays has no part in the promises of `node:timers/promises`; this has.
vi.mock('node:timers/promises', () => ({
  setTimeout: (ms: number) => new Promise((resolve) => setTimeout(resolve, ms)),
}));

/** How many plays of each kind; a night of them finds more. */
const PLAYS = Number(process.env.BECKON_PLAYS ?? 60);
/** Milliseconds that a play and the making of a counterexample smaller may take together. */
const PATIENCE = 120_000 + PLAYS * 2_000;

describe('whatever happens, and in whatever order, every run ends once, says so once and keeps the limits', () => {
  it.each([
    ['where all goes well', false],
    ['where much goes wrong', true],
  ])(
    '%s',
    async (_where, faulty) => {
      const outcomes = new Set<string>();
      await fc.assert(
        fc.asyncProperty(plans({ faulty }), async (plan) => {
          for (const outcome of await play(plan, { isCalm: !faulty })) outcomes.add(outcome);
        }),
        { numRuns: PLAYS },
      );
      // The plays come to more than one end.
      for (const outcome of ['merge_request', 'no_changes', 'cancelled', 'refused'])
        expect([...outcomes]).toContain(outcome);
    },
    PATIENCE,
  );
});
