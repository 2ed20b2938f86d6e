import { describe, expect, it } from 'vitest';
import type { Config, Trigger } from '../src/config/config.ts';
import { planRun } from '../src/runs/plan.ts';
import type { Run } from '../src/runs/run.ts';
import { runState } from '../src/runs/state.ts';
import { agent, config, trigger } from './builders/config.ts';
import { mention } from './builders/events.ts';
import { gitlabDouble } from './doubles/gitlab.ts';
import { performer } from './doubles/performer.ts';
import { aRun } from './queue/a-run.ts';

const CODEX = agent({ name: 'codex', account: 'codex-bot' });
const ALICE = { id: 5, username: 'alice', name: 'Alice Ito' };

/** A run of codex in which it can ask others. */
function aParent(id: number, changes: Partial<Run> = {}): Run {
  const { event } = aRun();
  return aRun({
    agent: 'codex',
    event: { ...event, actor: ALICE },
    note: { id, discussionId: 'd1' },
    ...changes,
  });
}
const atDepth = (depth: number) => ({
  askedBy: { agent: 'claude', account: 'claude-bot', run: 'r1', depth },
});

/** Claude, whom codex asks in a run of its own; `parents` are what each look for that run finds. */
function setUp({
  fields = {},
  limits = {},
  parents = [aParent(50)],
}: {
  fields?: Partial<Trigger>;
  limits?: Partial<Config['limits']>;
  parents?: readonly (Run | undefined)[];
} = {}) {
  const double = gitlabDouble();
  const rule = trigger({ allowAgents: new Set(['codex']), ...fields });
  const looks: string[] = [];
  const { toTheEnd } = performer(double.gitlab, rule, {
    fields: { agents: [rule.agent, CODEX], limits: { ...config().limits, ...limits } },
    parentOf: async (_run, name) => {
      looks.push(name);
      return parents[Math.min(looks.length, parents.length) - 1];
    },
  });
  /** A comment of codex and the run that it asks for, to its end. */
  function ask(): Promise<Run> {
    const event = mention('@claude-bot please review');
    const actor = { id: 91, username: 'codex-bot', name: 'Codex' };
    const note = { ...event.note, id: double.say('d1', event.input), discussionId: 'd1' };
    const match = { event: { ...event, actor, note }, trigger: rule };
    return toTheEnd(planRun(match, { gitlabUrl: 'https://gitlab.example.com', now: 0 }));
  }
  const sent = (key: string) => double.handed.at(-1)?.variables.find((one) => one.key === key)?.value;
  const note = () => double.notes.map(({ body }) => body.replaceAll('\\', ''));
  return { ...double, ask, looks, sent, note };
}

describe('a run that an agent asked for', () => {
  it('is run for the person who asked that agent, and says so', async () => {
    const parent = aParent(50);
    const { ask, sent, note, mergeRequests, looks } = setUp({ parents: [parent] });
    const run = await ask();
    expect(runState(run)).toBe('succeeded');
    expect(run.event.actor).toEqual(ALICE);
    expect(run.askedBy).toEqual({ agent: 'codex', account: 'codex-bot', run: parent.id, depth: 1 });
    expect(looks).toEqual(['codex']);
    expect(sent('GIT_COMMITTER_NAME')).toBe('Alice Ito');
    expect(sent('AI_FLOW_USER')).toBe('alice');
    expect(note()).toEqual([expect.stringContaining('\n\nAsked by @codex-bot on behalf of @alice.\n\n<!--')]);
    expect(mergeRequests[0]?.description.replaceAll('\\', '')).toMatch(
      /^@codex-bot on behalf of Alice Ito \(alice\) \[asked for this\]/,
    );
  });

  it.each<[string, number | undefined, Partial<Trigger>, RegExp | undefined]>([
    ['has less than the role', 20, {}, /@alice needs at least the Developer role/],
    ['is a stranger', undefined, {}, undefined],
    ['is denied', 30, { users: { allow: new Set(), deny: new Set(['alice']) } }, undefined],
    ['is not allowed', 30, { users: { allow: new Set(['bob']), deny: new Set() } }, undefined],
  ])('is refused where that person %s', async (_what, level, fields, said) => {
    const { ask, members, note } = setUp({ fields });
    if (level === undefined) members.clear();
    else members.set(ALICE.id, level);
    expect(runState(await ask())).toBe('refused');
    expect(note()).toEqual(said === undefined ? [] : [expect.stringMatching(said)]);
  });

  it('counts among those of that person', async () => {
    const perUser = { count: 1, per: 3_600_000 };
    const { ask, note } = setUp({ limits: { rate: { ...config().limits.rate, perUser } } });
    await ask();
    expect(runState(await ask())).toBe('refused');
    expect(note()[1]).toMatch(/started as many runs as one person may/);
  });

  it('gets the comment as one of that agent, in a thread where it was asked before', async () => {
    const { ask, sent } = setUp();
    await ask();
    await ask();
    expect(sent('AI_FLOW_INPUT')).toContain('author="@codex-bot">\n@claude-bot please review\n</message>');
  });

  it('is looked for again where its parent is between two states of the queue', async () => {
    const { ask, looks } = setUp({ parents: [undefined, undefined, aParent(50)] });
    expect(runState(await ask())).toBe('succeeded');
    expect(looks).toHaveLength(3);
  });

  it.each<[string, Parameters<typeof setUp>[0], number]>([
    ['no run is behind the comment', { parents: [undefined] }, 3],
    ['the trigger does not allow it any more', { fields: { allowAgents: new Set() } }, 0],
  ])('is refused in silence where %s', async (_what, given, times) => {
    const { ask, looks, note, calls } = setUp(given);
    expect(runState(await ask())).toBe('refused');
    expect(looks).toHaveLength(times);
    expect(note()).toEqual([]);
    expect(calls).toEqual([]);
  });
});

describe('runs that follow from each other', () => {
  it('go on up to the limit', async () => {
    const { ask } = setUp({ parents: [aParent(50, atDepth(1))] });
    const run = await ask();
    expect(run.askedBy?.depth).toBe(2);
    expect(runState(run)).toBe('succeeded');
  });

  it('are refused beyond it, said once for each run that asks', async () => {
    const first = aParent(50, atDepth(2));
    const { ask, note, handed } = setUp({ parents: [first, first, aParent(51, atDepth(2))] });
    for (let times = 0; times < 3; times += 1) expect(runState(await ask())).toBe('refused');
    const words =
      "❌ Could not start the agent due to this error: Agents have asked each other as often in a row as they may (limits.agentDepth of Beckon's config is 2). People can ask @claude-bot themselves. See [its note](https://gitlab.test/acme/shop/-/issues/3#note_50).\n\nAsked by @codex-bot on behalf of @alice.";
    expect(note()).toEqual([
      expect.stringContaining(words),
      expect.stringContaining(words.replace('note_50', 'note_51')),
    ]);
    expect(handed).toEqual([]);
  });
});
