import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Config } from '../../src/config/config.ts';
import type { Backend } from '../../src/queue/backend.ts';
import { openBackend } from '../../src/queue/open-backend.ts';
import { createRates } from '../../src/queue/rates.ts';
import type { RunRates } from '../../src/runs/queue-ports.ts';
import type { Run } from '../../src/runs/run.ts';
import { aRun } from '../queue/a-run.ts';
import type { Home } from './run-queue.ts';

const HOUR = 3_600_000;
const WIDE = { count: 1_000, per: HOUR };

/** What the limits within a time must do alike on every home; `apart`: several processes can be on it. */
export function describeRates(name: string, home: Home, { apart }: { apart: boolean }): void {
  describe(`rates on ${name}`, () => {
    let backends: readonly [Backend, Backend];
    let last = 0;
    const refused: string[] = [];

    beforeAll(async () => {
      const where = await home.open();
      const first = await openBackend(where);
      backends = [first, apart ? await openBackend(where) : first];
    }, 30_000);
    beforeEach(() => {
      refused.length = 0;
      last += 1;
    });
    afterAll(async () => {
      for (const backend of new Set(backends ?? [])) await backend.close();
      await home.close();
    }, 30_000);

    function open(rates: Partial<Config['limits']['rate']>, backend = backends[0]): RunRates {
      const all = { perUser: WIDE, perProject: WIDE, perAgent: WIDE, perObject: WIDE, ...rates };
      return createRates(backend.limiterOf, {
        rates: all,
        now: Date.now,
        onRefused: (limit) => refused.push(limit),
      });
    }
    /** A run on an issue, by a person, in a project and by an agent that no other test has. */
    function run({ user = 1, issue = 1, project = 1 } = {}): Run {
      const base = aRun();
      const { event } = base;
      if (event.resource === undefined) throw new Error('the run has an issue');
      return {
        ...base,
        agent: `agent-${last}`,
        event: {
          ...event,
          actor: { ...event.actor, id: last * 1_000 + user },
          project: { ...event.project, id: last * 1_000 + project },
          resource: { ...event.resource, iid: issue },
        } as Run['event'],
      };
    }

    test.each([
      ['perUser', (at: number) => run({ issue: at, project: at })],
      ['perProject', (at: number) => run({ user: at, issue: at })],
      ['perObject', (at: number) => run({ user: at })],
      ['perAgent', (at: number) => run({ user: at, issue: at, project: at })],
    ] as const)('%s lets so many in and refuses the next, from whichever process', async (limit, one) => {
      const ways = backends.map((backend) => open({ [limit]: { count: 3, per: HOUR } }, backend));
      const answers = await Promise.all([1, 2, 3, 4, 5].map((at) => ways[at % 2]?.count(one(at))));
      expect(answers.filter((answer) => answer?.kind === 'allowed')).toHaveLength(3);
      expect(refused).toEqual([limit, limit]);
      const refusal = answers.find((answer) => answer?.kind === 'exceeded');
      expect(refusal).toMatchObject({ name: limit, rate: { count: 3 } });
      const again = refusal?.kind === 'exceeded' ? Date.parse(refusal.again) - Date.now() : 0;
      expect(again).toBeGreaterThan(HOUR - 60_000);
      expect(again).toBeLessThanOrEqual(HOUR + 1_000);
    });

    test('tells a person on an item once', async () => {
      const rates = open({ perObject: { count: 1, per: HOUR } });
      const first = async (user: number) => {
        const answer = await rates.count(run({ user }));
        return answer.kind === 'exceeded' ? answer.isFirst : answer.kind;
      };
      expect([await first(1), await first(1), await first(1), await first(2), await first(2)]).toEqual([
        'allowed',
        true,
        false,
        true,
        false,
      ]);
    });

    test('counts a refused run for no other limit', async () => {
      const rates = open({ perObject: { count: 3, per: HOUR }, perUser: { count: 2, per: HOUR } });
      const kinds: string[] = [];
      for (const user of [1, 1, 1, 1, 2, 2]) kinds.push((await rates.count(run({ user }))).kind);
      expect(kinds).toEqual(['allowed', 'allowed', 'exceeded', 'exceeded', 'allowed', 'exceeded']);
      expect(refused).toEqual(['perUser', 'perUser', 'perObject']);
    });

    test('ends a pause when a Maintainer says so, and by itself', async () => {
      const rates = open({ perObject: { count: 1, per: HOUR }, perAgent: { count: 2, per: HOUR } });
      const about = { ...run(), project: run().event.project, resource: run().event.resource } as never;
      expect((await rates.count(run())).kind).toBe('allowed');
      expect((await rates.count(run())).kind).toBe('exceeded');
      await rates.resume(about);
      expect((await rates.count(run())).kind).toBe('allowed');

      const short = open({ perUser: { count: 1, per: 1_000 } });
      expect((await short.count(run({ user: 9, issue: 9 }))).kind).toBe('allowed');
      expect((await short.count(run({ user: 9, issue: 9 }))).kind).toBe('exceeded');
      await sleep(1_200);
      expect((await short.count(run({ user: 9, issue: 9 }))).kind).toBe('allowed');
    });
  });
}
