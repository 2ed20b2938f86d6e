import { describe, expect, it } from 'vitest';
import { createReceive } from '../src/receive.ts';
import type { Command } from '../src/runs/command.ts';
import { agent, config, trigger } from './builders/config.ts';
import { issuePayload, mergeRequestPayload, NOW, notePayload, people } from './builders/payloads.ts';
import { caughtUpDouble } from './doubles/caught-up.ts';
import { silentObserver } from './doubles/observer.ts';

function setUp(fields: Parameters<typeof config>[0] = {}) {
  const commands: Command[] = [];
  const runs: string[] = [];
  const receive = createReceive({
    config: config(fields),
    queue: {
      async add(run) {
        runs.push(run.id);
        return { duplicate: false };
      },
      async addCommand(command) {
        commands.push(command);
      },
      async wake() {},
    },
    caughtUp: caughtUpDouble(),
    observer: silentObserver,
    clock: () => NOW,
  });
  return { runs, commands, receive: (payload: unknown) => receive({ event: undefined, payload }) };
}

describe('a command in a comment', () => {
  it('is taken in place of a run, with the thread to answer in', async () => {
    const { receive, runs, commands } = setUp();
    expect(await receive(notePayload('@claude-bot stop'))).toMatchObject({
      status: 'accepted',
      runs: [],
      commands: [{ agent: 'claude', name: 'stop' }],
    });
    expect(runs).toEqual([]);
    expect(commands).toMatchObject([
      {
        id: expect.stringMatching(/^c[0-9a-f]{15}$/),
        name: 'stop',
        agent: 'claude',
        actor: { username: 'alice' },
        resource: { type: 'issue', iid: 12 },
        note: { id: 9001, discussionId: '6a9c1750b37d513a43987b574953fceb50b03ce7' },
      },
    ]);
  });

  it('has an id that tells what happened, not how it arrived', async () => {
    const { receive, commands } = setUp();
    for (const id of [9001, 9001, 9002]) await receive(notePayload('@claude-bot stop', { note: { id } }));
    const [first, again, other] = commands.map((command) => command.id);
    expect(again).toBe(first);
    expect(other).not.toBe(first);
  });

  it('counts only where the trigger would start a run', async () => {
    const denied = trigger({ users: { allow: new Set(), deny: new Set(['alice']) } });
    const { receive, commands } = setUp({ triggers: [denied] });
    expect((await receive(notePayload('@claude-bot stop'))).status).toBe('ignored');
    expect(commands).toEqual([]);
  });
});

describe('what ends the work of an agent', () => {
  const codex = trigger({ name: 'codex', agent: agent({ name: 'codex', account: 'codex-bot' }) });
  const { agent: codexAgent } = codex;
  const claude = trigger();
  const both = { agents: [claude.agent, codexAgent], triggers: [claude, codex] };
  const took = (previous: readonly unknown[], current: readonly unknown[]) => ({ previous, current });

  it.each([
    [
      'an issue that is closed',
      issuePayload({ issue: { action: 'close' } }),
      ['claude close', 'codex close'],
    ],
    [
      'a merge request that is merged',
      mergeRequestPayload({ mergeRequest: { action: 'merge' } }),
      ['claude close', 'codex close'],
    ],
    [
      'an account that is unassigned',
      issuePayload({ changes: { assignees: took([people.bot, people.alice], [people.alice]) } }),
      ['claude unassign'],
    ],
    [
      'a review that is not wanted any more',
      mergeRequestPayload({ changes: { reviewers: took([people.bot], []) } }),
      ['claude review_removed'],
    ],
    [
      'somebody else who is unassigned',
      issuePayload({ changes: { assignees: took([people.alice], []) } }),
      [],
    ],
    ['an issue that is reopened', issuePayload({ issue: { action: 'reopen' } }), []],
    ["an account's own act", issuePayload({ issue: { action: 'close' }, user: people.bot }), []],
    [
      'another project',
      issuePayload({ issue: { action: 'close' }, project: { id: 9, path_with_namespace: 'other/shop' } }),
      [],
    ],
  ])('%s', async (_what, payload, expected) => {
    const { receive, commands } = setUp(both);
    await receive(payload);
    expect(
      commands.map(({ agent: name, name: what, cause }) => `${name} ${cause}${what === 'stop' ? '' : what}`),
    ).toEqual(expected);
  });

  it('stops nothing where the trigger says so', async () => {
    const { receive, commands } = setUp({ triggers: [trigger({ stopOn: new Set(['unassign']) })] });
    await receive(issuePayload({ issue: { action: 'close' } }));
    expect(commands).toEqual([]);
  });

  it('is told apart by when it happened', async () => {
    const { receive, commands } = setUp();
    for (const updated_at of ['2026-03-02T10:00:00Z', '2026-03-02T10:00:00Z', '2026-03-02T10:00:09Z'])
      await receive(issuePayload({ issue: { action: 'close', updated_at } }));
    expect(new Set(commands.map(({ id }) => id)).size).toBe(2);
  });
});
