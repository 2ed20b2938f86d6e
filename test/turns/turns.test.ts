import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Claim, RunLimits } from '../../src/turns/claim.ts';
import { NO_TURNS, release, request, type Turns } from '../../src/turns/turns.ts';

const LIMITS: RunLimits = { global: 4, perProject: 2, perAgent: 3, perUser: 2 };
const WIDE: RunLimits = { global: 100, perProject: 100, perAgent: 100, perUser: 100 };

function claim(id: string, fields: Partial<Claim> = {}): Claim {
  return { id, project: 1, agent: 'claude', at: Number(id.replaceAll(/\D/g, '')), ...fields };
}
const names = (claims: readonly Claim[]) => claims.map(({ id }) => id);

/** The turns after these claims have come, one after the other. */
function turnsOf(claims: readonly Claim[], limits = LIMITS): Turns {
  return claims.reduce((turns, one) => request(turns, one, { limits, onBusy: 'queue' }).turns, NO_TURNS);
}

describe('a turn', () => {
  const issue = { object: 'issue/3' };

  it('is given at once where there is room', () => {
    const { answer, turns, granted } = request(NO_TURNS, claim('r1'), { limits: LIMITS, onBusy: 'queue' });
    expect({ answer, granted, active: names(turns.active) }).toEqual({
      answer: { kind: 'granted' },
      granted: [],
      active: ['r1'],
    });
  });

  it('is given once, however often a run asks', () => {
    const before = turnsOf([claim('r1'), claim('r2'), claim('r3')]);
    for (const [id, kind] of [
      ['r1', 'granted'],
      ['r3', 'wait'],
    ] as const) {
      const again = request(before, claim(id), { limits: LIMITS, onBusy: 'refuse' });
      expect(again.answer.kind).toBe(kind);
      expect(again.turns).toBe(before);
    }
  });

  it('goes to the next when it is given back', () => {
    const { turns, granted } = release(turnsOf([claim('r1'), claim('r2'), claim('r3')]), ['r1'], LIMITS);
    expect(granted).toEqual(['r3']);
    expect(names(turns.active)).toEqual(['r2', 'r3']);
  });

  it('is one at a time of an agent on an issue, in the order in which the runs were made', () => {
    const turns = turnsOf([claim('r1', issue), claim('r5', issue), claim('r3', issue)], WIDE);
    expect(names(turns.active)).toEqual(['r1']);
    const second = release(turns, ['r1'], WIDE);
    expect(second.granted).toEqual(['r3']);
    expect(release(second.turns, ['r3'], WIDE).granted).toEqual(['r5']);
  });

  it('does not pass an older run on the same issue that another limit holds back', () => {
    const held = [claim('r1', { user: 9 }), claim('r2', { user: 9 }), claim('r3', { user: 9, ...issue })];
    const turns = turnsOf([...held, claim('r4', { user: 8, ...issue })], { ...WIDE, perUser: 2 });
    expect(names(turns.waiting)).toEqual(['r3', 'r4']);
  });

  it('is the own of each agent, issue and project', () => {
    const others = [
      claim('r2', { ...issue, agent: 'codex' }),
      claim('r3', { object: 'merge_request/3' }),
      claim('r4', { ...issue, project: 2 }),
      claim('r5'),
      claim('r6'),
    ];
    expect(turnsOf([claim('r1', issue), ...others], WIDE).waiting).toEqual([]);
  });

  it('is refused on a busy issue where the trigger says so, with the run that is at work', () => {
    const busy = turnsOf([claim('r1', issue)]);
    const refused = request(busy, claim('r2', issue), { limits: LIMITS, onBusy: 'refuse' });
    expect(refused).toEqual({ turns: busy, granted: [], answer: { kind: 'busy', by: 'r1' } });
    expect(request(busy, claim('r2'), { limits: LIMITS, onBusy: 'refuse' }).answer.kind).toBe('granted');
  });

  it('replaces whoever is before it on a busy issue where the trigger says so', () => {
    const busy = turnsOf([claim('r1', issue), claim('r2', issue)]);
    const { turns, answer } = request(busy, claim('r3', issue), { limits: LIMITS, onBusy: 'replace' });
    expect(answer).toEqual({ kind: 'wait', ahead: 2, replaces: ['r1', 'r2'] });
    expect(release(turns, ['r1', 'r2'], LIMITS).granted).toEqual(['r3']);
  });

  it('of a project comes before the second of others, however many wait there', () => {
    const crowd = Array.from({ length: 1_000 }, (_, index) => claim(`r${index + 1}`));
    const limits = { ...WIDE, global: 3 };
    const turns = turnsOf(crowd, limits);
    const late = request(turns, claim('r5000', { project: 2 }), { limits, onBusy: 'queue' });
    expect(late.answer).toEqual({ kind: 'wait', ahead: 1, replaces: [] });
    expect(release(late.turns, ['r1'], limits).granted).toEqual(['r5000']);
  });

  it('says how many come first', () => {
    const ahead = (claims: readonly Claim[], own: Claim, limits = LIMITS) => {
      const { answer } = request(turnsOf(claims, limits), own, { limits, onBusy: 'queue' });
      return answer.kind === 'wait' ? answer.ahead : undefined;
    };
    const crowd = ['r1', 'r2', 'r3', 'r4'].map((id) => claim(id));
    expect(ahead(crowd, claim('r5'))).toBe(4);
    expect(ahead(crowd, claim('r5', { project: 2 }))).toBeUndefined();
    expect(ahead([claim('r1', issue), claim('r2', issue)], claim('r3', issue), WIDE)).toBe(2);
  });

  it('follows limits that have changed since', () => {
    const turns = turnsOf([claim('r1'), claim('r2'), claim('r3'), claim('r4')]);
    expect(release(turns, [], WIDE).granted).toEqual(['r3', 'r4']);
    const narrow = { ...LIMITS, perProject: 1 };
    expect(release(turns, ['r1'], narrow).granted).toEqual([]);
    expect(release(turns, ['r1', 'r2'], narrow).granted).toEqual(['r3']);
  });
});

describe('turns, whatever comes', () => {
  const claims = fc
    .array(
      fc.record({
        project: fc.integer({ min: 1, max: 3 }),
        agent: fc.constantFrom('claude', 'codex'),
        user: fc.integer({ min: 1, max: 3 }),
        object: fc.option(fc.constantFrom('issue/1', 'issue/2'), { nil: undefined }),
        at: fc.integer({ min: 0, max: 20 }),
      }),
      { minLength: 1, maxLength: 30 },
    )
    .map((drafts) =>
      drafts.map(({ object, ...rest }, index): Claim => {
        return { id: `r${index}`, ...rest, ...(object === undefined ? {} : { object }) };
      }),
    );
  const limit = fc.integer({ min: 1, max: 4 });
  const limits = fc.record({ global: limit, perProject: limit, perAgent: limit, perUser: limit });
  /** Whether a run comes or goes, and which. */
  const moves = fc.array(fc.tuple(fc.boolean(), fc.nat()), { maxLength: 60 });

  function counts(active: readonly Claim[]): Record<string, number> {
    const groups = active.flatMap(({ project, agent, user, object }) => [
      'global',
      `project ${project}`,
      `agent ${agent}`,
      `user ${user}`,
      ...(object === undefined ? [] : [`place ${agent} ${project} ${object}`]),
    ]);
    return groups.reduce<Record<string, number>>((sum, group) => {
      sum[group] = (sum[group] ?? 0) + 1;
      return sum;
    }, {});
  }

  function limitOf(group: string, limits: RunLimits): number {
    if (group === 'global') return limits.global;
    if (group.startsWith('project')) return limits.perProject;
    if (group.startsWith('agent')) return limits.perAgent;
    return group.startsWith('user') ? limits.perUser : 1;
  }

  const fits = (active: readonly Claim[], most: RunLimits) =>
    Object.entries(counts(active)).every(([group, count]) => count <= limitOf(group, most));

  it('never exceed a limit, and never leave a turn unused that somebody could have', () => {
    fc.assert(
      fc.property(claims, limits, moves, (all, most, steps) => {
        let turns = NO_TURNS;
        for (const [comes, which] of steps) {
          const one = all[which % all.length];
          if (one === undefined) throw new Error('there is at least one');
          turns = comes
            ? request(turns, one, { limits: most, onBusy: 'queue' }).turns
            : release(turns, [one.id], most).turns;
          expect(fits(turns.active, most)).toBe(true);
          const ids = names([...turns.active, ...turns.waiting]);
          expect(new Set(ids).size).toBe(ids.length);
          for (const waits of turns.waiting) {
            const place = (claim: Claim) => `${claim.agent} ${claim.project} ${claim.object}`;
            const first = turns.waiting.find((claim) => place(claim) === place(waits));
            const isFirst = waits.object === undefined || first === waits;
            if (isFirst) expect(fits([...turns.active, waits], most)).toBe(false);
          }
        }
      }),
    );
  });

  it('come to everybody, once each, and on one issue in order', () => {
    fc.assert(
      fc.property(claims, limits, fc.nat(), (all, most, seed) => {
        let turns = NO_TURNS;
        const had: string[] = [];
        for (const one of all) turns = request(turns, one, { limits: most, onBusy: 'queue' }).turns;
        had.push(...names(turns.active));
        const waited = turns.waiting;
        while (turns.active.length > 0) {
          const ends = turns.active[seed % turns.active.length]?.id ?? '';
          const { turns: rest, granted } = release(turns, [ends], most);
          turns = rest;
          had.push(...granted);
        }
        expect(had.toSorted()).toEqual(names(all).toSorted());
        const placeOf = ({ agent, project, object }: Claim) => `${agent} ${project} ${object}`;
        for (const first of waited) {
          const line = waited.filter(
            (claim) => claim.object !== undefined && placeOf(claim) === placeOf(first),
          );
          expect(had.filter((id) => names(line).includes(id))).toEqual(names(line));
        }
      }),
    );
  });
});
