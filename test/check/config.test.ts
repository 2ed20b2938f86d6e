import { describe, expect, it } from 'vitest';
import { createAsking } from '../../src/check/asking.ts';
import { exactProjects, findConfig, findCoverage } from '../../src/check/config.ts';
import { findQueue, placeOf } from '../../src/check/queue.ts';
import { compilePatterns } from '../../src/lib/pattern.ts';
import { Secret } from '../../src/lib/secret.ts';
import { agent, trigger } from '../builders/config.ts';

const over = (...patterns: readonly string[]) =>
  trigger({ projects: { patterns, match: compilePatterns(patterns) } });

describe('a config', () => {
  it('is told of agents that nothing starts', () => {
    const claude = agent();
    expect(findConfig({ agents: [claude], triggers: [trigger()] })).toMatchObject([{ state: 'ok' }]);
    const idle = agent({ name: 'idle' });
    expect(findConfig({ agents: [claude, idle], triggers: [trigger()] })).toMatchObject([
      { state: 'ok', text: '2 agents, 1 trigger.' },
      { state: 'risky', text: 'No trigger starts the agent idle.' },
    ]);
  });

  it.each<[string, readonly string[], boolean, readonly string[]]>([
    ['a project', ['acme/web/shop'], true, []],
    ['none', ['other/shop'], true, ['wrong']],
    ['none of those that could be listed', [], false, ['unknown']],
  ])('whose trigger covers %s', (_name, paths, complete, states) => {
    const found = findCoverage([over('acme/**')], () => ({ paths, complete }));
    expect(found.map(({ state }) => state)).toEqual(states);
  });

  it('names projects by full paths or by globs', () => {
    const triggers = [
      over('acme/shop', 'acme/web/*', '!acme/web/old'),
      over('acme/docs', '!acme/docs', 'a/*'),
    ];
    expect(exactProjects(triggers)).toEqual(['acme/shop']);
    expect(findCoverage([over('acme/shop')], () => undefined)).toEqual([]);
  });
});

describe('a queue', () => {
  const home = { kind: 'postgres', url: new Secret('postgres://me:pass@db:5432/beckon?sslcert=x') } as const;

  it('is named without what may be secret', () => {
    expect(placeOf(home)).toBe('PostgreSQL at db:5432/beckon');
    expect(placeOf({ kind: 'redis', url: new Secret('redis://:pass@cache') })).toBe('Redis at cache');
    expect(placeOf({ kind: 'postgres', url: new Secret('postgres:///beckon?host=/tmp') })).toBe('PostgreSQL');
  });

  it('is there, with its warnings, or away', () => {
    expect(findQueue(home, { kind: 'open', warnings: ['No AOF.'] })).toMatchObject([
      { state: 'ok' },
      { state: 'risky', text: 'No AOF.' },
    ]);
    expect(findQueue(home, { kind: 'closed', reason: 'Refused', hint: 'Start it.' })).toMatchObject([
      { state: 'wrong', text: expect.stringMatching(/Refused$/), remedy: 'Start it.' },
    ]);
  });
});

describe('asking', () => {
  it('keeps to its bound and asks nothing twice', async () => {
    let active = 0;
    let most = 0;
    let calls = 0;
    const told: string[] = [];
    const bounded = createAsking({
      atOnce: 2,
      onAnswer: (answered, asked) => told.push(`${answered}/${asked}`),
    });
    const port = {
      double: async (number: number) => {
        calls += 1;
        active += 1;
        most = Math.max(most, active);
        await new Promise(setImmediate);
        active -= 1;
        if (number === 3) throw new Error('three');
        return number * 2;
      },
    };
    const [one, other] = [bounded(port), bounded(port)];
    const asked = [1, 2, 3, 1, 4].map((number) => one.double(number));
    const answers = await Promise.allSettled([...asked, other.double(1)]);
    expect(answers.map((answer) => (answer.status === 'fulfilled' ? answer.value : 'failed'))).toEqual([
      2,
      4,
      'failed',
      2,
      8,
      2,
    ]);
    expect({ most, calls }).toEqual({ most: 2, calls: 5 });
    expect(told.at(-1)).toBe('5/5');
  });
});
