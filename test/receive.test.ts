import { describe, expect, it } from 'vitest';
import { createForesee, createReceive } from '../src/receive.ts';
import type { Command } from '../src/runs/command.ts';
import type { Run } from '../src/runs/run.ts';
import { agent, config, trigger } from './builders/config.ts';
import { issuePayload, NOW, notePayload, people, pipelinePayload } from './builders/payloads.ts';
import { caughtUpDouble } from './doubles/caught-up.ts';
import { silentObserver } from './doubles/observer.ts';

function setUp(fields: Parameters<typeof config>[0] = {}) {
  const runs = new Map<string, Run>();
  const woken: string[] = [];
  const told: unknown[] = [];
  const commands: Command[] = [];
  const receive = createReceive({
    config: config(fields),
    queue: {
      async add(run) {
        const duplicate = runs.has(run.id);
        if (!duplicate) runs.set(run.id, run);
        return { duplicate };
      },
      async addCommand(command) {
        commands.push(command);
      },
      async wake(runId, settled) {
        woken.push(runId);
        told.push(settled);
      },
    },
    caughtUp: caughtUpDouble(),
    observer: silentObserver,
    clock: () => NOW,
  });
  return {
    runs,
    woken,
    told,
    commands,
    receive: (payload: unknown) => receive({ event: undefined, payload }),
  };
}

describe('receive', () => {
  it('takes a run for a mention and says why', async () => {
    const { receive, runs } = setUp();
    const received = await receive(notePayload('@claude-bot please'));
    expect(received).toEqual({
      status: 'accepted',
      runs: [
        {
          id: expect.stringMatching(/^r[0-9a-f]{15}$/),
          agent: 'claude',
          trigger: 'claude',
          duplicate: false,
        },
      ],
      verdicts: [{ trigger: 'claude', matched: true, reason: '@alice mentioned @claude-bot on issue 12.' }],
    });
    expect([...runs.values()]).toMatchObject([
      { step: 'admit', agent: 'claude', event: { kind: 'mention' } },
    ]);
  });

  it('takes a repeated delivery for the same run', async () => {
    const { receive, runs } = setUp();
    const first = await receive(notePayload('@claude-bot please'));
    const second = await receive(notePayload('@claude-bot please'));
    expect(second).toMatchObject({ status: 'accepted', runs: [{ duplicate: true }] });
    expect(first.status === 'accepted' && second.status === 'accepted' && second.runs[0]?.id).toBe(
      first.status === 'accepted' && first.runs[0]?.id,
    );
    expect(runs.size).toBe(1);
  });

  it('runs each of several agents in one comment once, also when two triggers want one of them', async () => {
    const claude = trigger();
    const codex = trigger({ name: 'codex', agent: agent({ name: 'codex', account: 'codex-bot' }) });
    const more = trigger({ name: 'claude-too', agent: claude.agent });
    const { receive } = setUp({ agents: [claude.agent, codex.agent], triggers: [claude, codex, more] });
    const received = await receive(notePayload('@claude-bot and @codex-bot: please'));
    expect(received.status === 'accepted' && received.runs.map((run) => run.agent)).toEqual([
      'claude',
      'codex',
    ]);
    expect(received.status === 'accepted' && received.verdicts[2]).toEqual({
      trigger: 'claude-too',
      matched: false,
      reason: 'The agent claude already runs for this by the trigger claude.',
    });
  });

  it.each([
    [
      'somebody else is mentioned',
      notePayload('@bob hi'),
      {},
      'No trigger matched.',
      /mentions @bob, not @claude-bot/,
    ],
    [
      'the name is nearly that of an agent',
      notePayload('@claud-bot hi'),
      {},
      'No trigger matched.',
      /mentions @claud-bot, not @claude-bot\. Was @claude-bot meant\?/,
    ],
    [
      'the project is another',
      notePayload('@claude-bot hi', { project: { id: 8, path_with_namespace: 'other/shop' } }),
      {},
      'No trigger matched.',
      /other\/shop is not covered by acme/,
    ],
    [
      'the event is not asked for',
      notePayload('@claude-bot hi'),
      { events: new Set(['assign'] as const) },
      'No trigger matched.',
      /set up for assign, and this is mention/,
    ],
    [
      'the person is denied',
      notePayload('@claude-bot hi'),
      { users: { allow: new Set<string>(), deny: new Set(['alice']) } },
      'No trigger matched.',
      /@alice is on its list of denied users/,
    ],
    [
      'the person is not among those allowed',
      notePayload('@claude-bot hi'),
      { users: { allow: new Set(['bob']), deny: new Set<string>() } },
      'No trigger matched.',
      /@alice is not on its list of allowed users/,
    ],
    [
      'it is confidential',
      notePayload('@claude-bot hi', { event_type: 'confidential_note' }),
      {},
      'No trigger matched.',
      /confidential: true/,
    ],
  ])('starts nothing when %s', async (_what, payload, fields, reason, verdict) => {
    const { receive, runs } = setUp({ triggers: [trigger(fields)] });
    const received = await receive(payload);
    expect(received).toMatchObject({ status: 'ignored', reason });
    expect(received.status === 'ignored' && received.verdicts[0]?.reason).toMatch(verdict);
    expect(runs.size).toBe(0);
  });

  it.each([
    ['its own comments', notePayload('@claude-bot hi', { user: people.bot, note: { author_id: 90 } }), /own/],
    [
      'old events',
      notePayload('@claude-bot hi', { note: { created_at: '2026-03-02T08:59:00Z' } }),
      /maxEventAge/,
    ],
  ])('is silent about %s', async (_what, payload, reason) => {
    const { receive, runs } = setUp();
    const received = await receive(payload);
    expect(received.status === 'ignored' && received.reason).toMatch(reason);
    expect(runs.size).toBe(0);
  });

  it('takes an assignment after a removal for another run', async () => {
    const { receive, runs } = setUp();
    const assigned = (updated_at: string) =>
      issuePayload({
        issue: { updated_at },
        changes: { assignees: { previous: [], current: [people.bot] } },
      });
    await receive(assigned('2026-03-02T10:00:00Z'));
    await receive(assigned('2026-03-02T10:00:20Z'));
    expect(runs.size).toBe(2);
  });

  it('wakes the run whose pipeline changed, with how it ended, and no other', async () => {
    const { receive, woken, told } = setUp();
    await receive(pipelinePayload('workloads/r0123456789abcde', 'success'));
    await receive(pipelinePayload('main', 'success'));
    await receive(pipelinePayload('workloads/r0123456789abcde', 'running'));
    expect(woken).toEqual(['r0123456789abcde']);
    expect(told).toEqual([{ id: 77, project: { id: 7, path: 'acme/web/shop' }, status: 'success' }]);
  });

  it('wakes the run whose note got a reaction', async () => {
    const { receive, woken } = setUp();
    const { project, user, issue } = notePayload('');
    const note = { id: 1, note: 'text\n\n<!-- beckon:run=r0123456789abcde -->' };
    const object_attributes = { id: 3, name: 'thumbsup', awardable_type: 'Note', action: 'award' };
    await receive({
      object_kind: 'emoji',
      event_type: 'award',
      user,
      project,
      object_attributes,
      issue,
      note,
    });
    expect(woken).toEqual(['r0123456789abcde']);
  });

  it('wakes the run that the variables of the pipeline name, where several work on one branch', async () => {
    const { receive, woken } = setUp();
    const payload = pipelinePayload('workloads/r0123456789abcde', 'success');
    const variables = [{ key: 'AI_FLOW_ID', value: 'rfedcba987654321' }];
    await receive({ ...payload, object_attributes: { ...payload.object_attributes, variables } });
    expect(woken).toEqual(['rfedcba987654321']);
  });
});

describe('what a delivery would do', () => {
  it('is something as long as nobody has done it, and nothing is put into the queue', async () => {
    const { receive, runs } = setUp();
    const foresee = createForesee({
      config: config(),
      queue: { find: async (id) => runs.get(id) },
      caughtUp: caughtUpDouble(),
      clock: () => NOW,
    });
    const would = (payload: unknown) => foresee({ event: undefined, payload });
    const mention = notePayload('@claude-bot please');
    expect(await would(mention)).toBe(true);
    expect(await would(mention)).toBe(true);
    await receive(mention);
    expect(await would(mention)).toBe(false);
    expect(await would(notePayload('@claude-bot stop'))).toBe(true);
    expect(await would(notePayload('Nothing for a bot.'))).toBe(false);
    expect(await would(pipelinePayload('main', 'success'))).toBe(false);
    expect(await would({ oversize: true })).toBe(false);
  });
});
