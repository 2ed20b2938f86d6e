import { describe, expect, it } from 'vitest';
import type { Trigger } from '../src/config/config.ts';
import { createReceive } from '../src/receive.ts';
import { agent, config, trigger } from './builders/config.ts';
import { issuePayload, NOW, notePayload, people } from './builders/payloads.ts';
import { caughtUpDouble } from './doubles/caught-up.ts';
import { silentObserver } from './doubles/observer.ts';

const CODEX = agent({ name: 'codex', account: 'Codex-Bot' });
const CODEX_PERSON = { id: 91, name: 'Codex', username: 'codex-bot' };
const BY_CODEX = { user: CODEX_PERSON, note: { author_id: 91 } };
const byCodex = (body: string) => notePayload(body, BY_CODEX);

/** Claude, whom the fields of its trigger let codex ask, and codex, whom nobody but people may ask. */
function setUp(fields: Partial<Trigger> = { allowAgents: new Set(['codex']) }) {
  const claude = trigger(fields);
  const codex = trigger({ name: 'codex', agent: CODEX });
  const runs: string[] = [];
  const commands: string[] = [];
  const receive = createReceive({
    config: config({ agents: [claude.agent, CODEX], triggers: [claude, codex] }),
    caughtUp: caughtUpDouble(),
    queue: {
      async add(run) {
        runs.push(run.agent);
        return { duplicate: false };
      },
      async addCommand(command) {
        commands.push(command.name);
      },
      async wake() {},
    },
    observer: silentObserver,
    clock: () => NOW,
  });
  return { runs, commands, receive: (payload: unknown) => receive({ event: undefined, payload }) };
}

describe('a comment of an agent', () => {
  it('starts another agent where the trigger allows it, and says why', async () => {
    const { receive, runs } = setUp();
    const received = await receive(byCodex('@claude-bot please review, and @codex-bot wait'));
    expect(runs).toEqual(['claude']);
    expect(received).toMatchObject({
      status: 'accepted',
      verdicts: [
        { trigger: 'claude', matched: true, reason: '@codex-bot mentioned @claude-bot on issue 12.' },
        {
          trigger: 'codex',
          matched: false,
          reason:
            '@Codex-Bot is an account of the agent codex, and the trigger does not name it in `allowAgents`.',
        },
      ],
    });
  });

  it('is let in for a person whom the list of allowed users has, so the agent need not be on it', async () => {
    const users = { allow: new Set(['alice']), deny: new Set<string>() };
    const { receive, runs } = setUp({ allowAgents: new Set(['codex']), users });
    await receive(byCodex('@claude-bot please'));
    expect(runs).toEqual(['claude']);
  });

  const allowed = { allowAgents: new Set(['codex']) };
  it.each<[string, unknown, Partial<Trigger>, RegExp | undefined]>([
    ['nobody allows it', byCodex('@claude-bot please'), {}, /does not name it in `allowAgents`/],
    ['somebody else is meant', byCodex('@alice have a look'), allowed, /mentions @alice, not @claude-bot/],
    ['it is a command', byCodex('@claude-bot stop'), allowed, /only people can give commands/],
    [
      'the account is denied',
      byCodex('@claude-bot please'),
      { ...allowed, users: { allow: new Set(), deny: new Set(['codex-bot']) } },
      /list of denied users/,
    ],
    [
      'the project is another',
      notePayload('@claude-bot hi', { ...BY_CODEX, project: { id: 8, path_with_namespace: 'other/shop' } }),
      allowed,
      /not covered by/,
    ],
    [
      "it is a note of Beckon's",
      byCodex('@claude-bot The agent has finished.\n\n<!-- beckon:done=r0123456789abcde -->'),
      allowed,
      undefined,
    ],
    [
      'it is an assignment',
      issuePayload({ user: CODEX_PERSON, changes: { assignees: { previous: [], current: [people.bot] } } }),
      allowed,
      undefined,
    ],
  ])('starts nothing where %s', async (_what, payload, fields, verdict) => {
    const { receive, runs, commands } = setUp(fields);
    const received = await receive(payload);
    expect([...runs, ...commands]).toEqual([]);
    expect(received).toMatchObject({
      status: 'ignored',
      reason: "It was done by @codex-bot, an account of Beckon's own.",
    });
    const reasons = received.status === 'ignored' ? received.verdicts.map(({ reason }) => reason) : [];
    if (verdict === undefined) expect(reasons).toEqual([]);
    else expect(reasons[0]).toMatch(verdict);
  });

  it('is too old after limits.maxEventAge, as those of people are', async () => {
    const { receive, runs } = setUp();
    const payload = notePayload('@claude-bot please', {
      ...BY_CODEX,
      note: { author_id: 91, created_at: '2026-03-02T08:59:00Z' },
    });
    expect(await receive(payload)).toMatchObject({ reason: expect.stringMatching(/maxEventAge/) });
    expect(runs).toEqual([]);
  });
});
