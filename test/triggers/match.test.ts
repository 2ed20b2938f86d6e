import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Trigger } from '../../src/config/config.ts';
import type { Event } from '../../src/events/event.ts';
import { compilePatterns } from '../../src/lib/pattern.ts';
import { CHECKS } from '../../src/triggers/checks.ts';
import { createMatch } from '../../src/triggers/match.ts';
import { agent, trigger } from '../builders/config.ts';
import { mention } from '../builders/events.ts';

const AGENTS = ['claude', 'codex', 'gemini'].map((name) => agent({ name, account: `${name}-bot` }));
const PATTERNS = [['acme/**'], ['acme/web/*', '!acme/web/shop'], ['other/*', 'acme/web/shop'], ['**/docs']];

const triggers = fc
  .array(
    fc.record({
      agent: fc.constantFrom(...AGENTS),
      patterns: fc.constantFrom(...PATTERNS),
      events: fc.constantFrom<Trigger['events']>(
        new Set(['mention']),
        new Set(['assign']),
        new Set(['mention', 'label']),
      ),
    }),
    { maxLength: 8 },
  )
  .map((all) =>
    all.map(({ agent, patterns, events }, index) =>
      trigger({ name: `t${index}`, agent, events, projects: { patterns, match: compilePatterns(patterns) } }),
    ),
  );
const events = fc
  .record({
    accounts: fc.uniqueArray(fc.constantFrom('claude-bot', 'codex-bot', 'alice', 'cloud-bot'), {
      minLength: 1,
    }),
    path: fc.constantFrom('acme/web/shop', 'acme/web/till', 'other/docs', 'else/where', 'ACME/web/shop'),
    confidential: fc.boolean(),
  })
  .map(({ path, ...event }): Event => ({ ...mention(), ...event, project: { ...mention().project, path } }));

/** Every trigger asked by itself, every time anew. */
function oneByOne(event: Event, all: readonly Trigger[]): readonly (readonly [string, boolean])[] {
  const taken = new Set<string>();
  return all.map(({ name, agent }, index) => {
    const about = { payload: {}, asker: undefined };
    const isWanted = CHECKS.every((check) => check(event, all[index] as Trigger, about) === undefined);
    const matched = isWanted && !taken.has(agent.name);
    if (matched) taken.add(agent.name);
    return [name, matched];
  });
}

test('what is remembered of projects changes nothing', () => {
  fc.assert(
    fc.property(triggers, fc.array(events, { minLength: 1, maxLength: 5 }), (all, seen) => {
      const match = createMatch({ agents: AGENTS, triggers: all });
      for (const event of seen) {
        const { matches, verdicts, leftOut } = match(event, {});
        expect(verdicts.map(({ trigger, matched }) => [trigger, matched])).toEqual(oneByOne(event, all));
        expect(matches.map((found) => found.trigger.name)).toEqual(
          verdicts.filter(({ matched }) => matched).map(({ trigger }) => trigger),
        );
        expect(leftOut).toBe(0);
      }
    }),
    { numRuns: 500 },
  );
});

test('of many triggers those that matched are told, those that the event concerns, and the first of the others', () => {
  const one = agent();
  const all = Array.from({ length: 1_000 }, (_, index) =>
    trigger({
      name: `t${index}`,
      agent: one,
      events: new Set([[600, 700].includes(index) ? 'mention' : 'label']),
    }),
  );
  const { matches, verdicts, leftOut } = createMatch({ agents: [], triggers: all }, { most: 25 })(
    mention(),
    {},
  );
  expect(matches).toHaveLength(1);
  expect(verdicts.map(({ trigger }) => trigger)).toEqual([
    't600',
    't700',
    ...Array.from({ length: 8 }, (_, index) => `t${index}`),
  ]);
  expect(leftOut).toBe(990);
});
