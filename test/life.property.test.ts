import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { type Act, type Plan, plans } from './life/plan.ts';
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

  it.each([
    ['ends every process that takes it up', Array.from({ length: 12 }, () => 'dies' as const)],
    [
      'is kept up by GitLab time and again, and at last by a process that dies',
      [...Array.from({ length: 11 }, () => '502' as const), 'dies' as const],
    ],
  ])(
    'also where one run %s: it gives up, says so, and others go on',
    async (_what, troubles) => {
      const ask = (who: 'alice' | 'user6', at: 'web#12' | 'blog#12'): Act => ({
        do: 'ask',
        who,
        agents: ['claude'],
        at,
        thread: 0,
        late: 0,
        regret: undefined,
      });
      const wide = { global: 4, perProject: 4, perAgent: 4, perUser: 4 };
      const plan: Plan = {
        acts: [
          ...troubles.map(
            (what): Act => ({ do: 'trouble', operation: 'createBranch', after: 0, what, when: 'before' }),
          ),
          ask('alice', 'web#12'),
          { do: 'wait', ms: 60 * 60_000 },
          ask('user6', 'blog#12'),
        ],
        limits: wide,
        tightRate: undefined,
        onBusy: { claude: 'queue', codex: 'queue' },
        fates: [{ end: 'commits', ms: 1_000, told: true }],
        paces: [40],
        concurrency: 2,
      };
      expect(await play(plan, { isCalm: false })).toEqual(['not_started', 'merge_request']);
    },
    60_000,
  );
});
