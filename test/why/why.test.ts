import { describe, expect, it } from 'vitest';
import type { NewDelivery } from '../../src/admin/deliveries.ts';
import type { Config } from '../../src/config/config.ts';
import type { TodoComment } from '../../src/events/todo.ts';
import { neededEvents } from '../../src/hooks/needed-events.ts';
import type { Hook, HookDelivery } from '../../src/hooks/ports.ts';
import { Failure, type FailureKind } from '../../src/runs/failures.ts';
import type { Run } from '../../src/runs/run.ts';
import { renderWhy } from '../../src/why/render.ts';
import { createWhy } from '../../src/why/why.ts';
import { config as aConfig, agent, trigger } from '../builders/config.ts';
import { delivery, hook } from '../builders/hooks.ts';
import { NOW, notePayload } from '../builders/payloads.ts';
import { todoComment } from '../builders/todos.ts';
import { deliveriesDouble } from '../doubles/deliveries.ts';
import { runQueueDouble } from '../doubles/run-queue.ts';
import { aRun, ended } from '../queue/a-run.ts';

const ITEM = 'https://gitlab.example.com/acme/web/shop/-/issues/12';
const NOTE = `${ITEM}#note_9001`;
const refusal = (kind: FailureKind, status: number) =>
  new Failure('asking', { kind, status, detail: `${status} No` });

interface Situation {
  readonly config?: Partial<Config>;
  readonly url?: string;
  readonly runs?: readonly Run[];
  readonly deliveries?: readonly NewDelivery[];
  readonly comment?: Partial<TodoComment> | null;
  readonly item?: object | Failure;
  readonly user?: object;
  /** The role of who wrote the comment. */
  readonly level?: number | undefined;
  readonly hooks?: readonly Hook[] | Failure;
  readonly listed?: readonly HookDelivery[];
}

const right = hook({ events: neededEvents(aConfig().triggers) });

/** Asks in a situation in which all is right but for what it says. */
async function ask(situation: Situation) {
  const { url = NOTE, runs = [], comment = {}, item = {}, user = {}, hooks = [right] } = situation;
  const asked: string[] = [];
  const { deliveries } = deliveriesDouble(() => NOW);
  for (const one of situation.deliveries ?? []) deliveries.add(one);
  const or = <T>(answer: T | Failure): T => {
    if (answer instanceof Failure) throw answer;
    return answer;
  };
  const told = <T>(name: string, answer: () => T) => {
    asked.push(name);
    return Promise.resolve().then(answer);
  };
  const level = 'level' in situation ? situation.level : 30;
  const alice = { id: 5, username: 'alice', name: 'Alice', bot: false, active: true };
  const why = createWhy({
    config: aConfig(situation.config),
    queue: runQueueDouble(runs).queue,
    deliveries,
    clock: () => NOW,
    withGitLab: (ask) =>
      ask({
        gitlabOf: () => ({
          project: (path) =>
            told('project', () => ({
              id: 7,
              path,
              url: `https://gitlab.example.com/${path}`,
              defaultBranch: 'main',
            })),
          resource: () => told('resource', () => ({ iid: 12, title: 'Basket', web_url: ITEM, ...or(item) })),
          user: () => told('user', () => ({ ...alice, ...user })),
          userByName: () => told('userByName', () => alice),
          accessLevel: () => told('accessLevel', () => level),
          membership: () =>
            told('membership', () => (level === undefined ? undefined : { level, ...alice, ...user })),
        }),
        commentsOf: () => ({
          comments: () => told('comments', () => (comment === null ? [] : [todoComment(comment)])),
        }),
        hooksOf: () => ({
          hooks: () => told('hooks', () => or(hooks)),
          deliveries: () => told('deliveries', () => situation.listed ?? []),
        }),
      }),
  });
  return { answer: await why(url), asked };
}

const about = {
  by: 'delivery',
  event: 'note',
  project: 'acme/web/shop',
  item: { type: 'issue', iid: 12 },
  noteId: 9001,
} as const;
const event = (noteId: number): Run['event'] => {
  const run = aRun().event;
  if (run.kind !== 'mention') throw new Error('the run is of a mention');
  return {
    ...run,
    project: { ...run.project, path: 'acme/web/shop' },
    resource: { ...run.resource, iid: 12 },
    note: { ...run.note, id: noteId },
  } as Run['event'];
};
const listed = (noteId: number, fields: Partial<HookDelivery>) =>
  delivery({ id: noteId, payload: notePayload('@claude-bot', { note: { id: noteId } }), ...fields });

describe('why nothing happened', () => {
  it.each<[string, Situation, RegExp]>([
    ['another GitLab', { url: 'https://gitlab.com/a/b/-/issues/1' }, /another GitLab/],
    [
      'no trigger',
      { url: NOTE.replace('acme', 'other') },
      /No trigger of the config covers the project other\/web\/shop/,
    ],
    [
      'a delivery of which the queue took nothing',
      { deliveries: [{ ...about, outcome: 'unavailable', reason: 'The queue was away.' }] },
      /answered with unavailable: The queue was away\./,
    ],
    [
      'a delivery that came too late',
      {
        deliveries: [
          { ...about, outcome: 'ignored', reason: 'It happened at X, longer ago than limits.maxEventAge.' },
        ],
      },
      /and ignored: .*longer ago than/,
    ],
    ['no such item', { item: refusal('gone', 404), url: ITEM }, /finds no such issue .* no member/],
    ['no such comment', { comment: null }, /finds no such comment/],
    ['nobody mentioned', { comment: { body: 'please' } }, /mentions nobody/],
    [
      'somebody else mentioned',
      { comment: { body: '@bob please' } },
      /mentions @bob, and none of the agents/,
    ],
    ['a mention in code', { comment: { body: '`@claude-bot` please' } }, /names @claude-bot only where/],
    ['a mention in a quote', { comment: { body: '> @claude-bot please' } }, /in a quote/],
    ['a bot', { user: { bot: true } }, /is not a person/],
    ['somebody blocked', { user: { active: false } }, /is blocked or deactivated/],
    ['a stranger', { level: undefined }, /is not a member/],
    ['a role that is too low', { level: 20 }, /needs at least the Developer role .* has Reporter/],
    [
      'somebody who is denied',
      { config: { triggers: [trigger({ users: { allow: new Set(), deny: new Set(['alice']) } })] } },
      /alice is not among the users|list of denied users/,
    ],
    [
      'an account of our own',
      { comment: { author: { id: 90, username: 'claude-bot', name: 'Claude' } } },
      /does not name it in `allowAgents`/,
    ],
    ['something internal', { comment: { internal: true } }, /does not say `confidential: true`/],
    ['something confidential', { item: { confidential: true } }, /does not say `confidential: true`/],
    [
      'a trigger for something else',
      { config: { triggers: [trigger({ events: new Set(['assign']) })] } },
      /set up for assign, and this is mention/,
    ],
    ['no webhook', { hooks: [] }, /No webhook leads to Beckon/],
    ['a webhook that is off', { hooks: [{ ...right, state: 'disabled' }] }, /switched the webhook off/],
    [
      'a webhook without comments',
      { hooks: [{ ...right, events: new Set(['issues', 'merge_requests', 'pipeline']) }] },
      /does not have the events note/,
    ],
    [
      'a webhook with another secret',
      { listed: [listed(9001, { status: '401' })] },
      /refused with 401: the webhook has another secret/,
    ],
    [
      'a delivery that failed',
      { listed: [listed(9001, { status: 'internal error' })] },
      /delivered it and it failed: internal error/,
    ],
    [
      'a delivery that GitLab never sent',
      { listed: [listed(9002, { status: '200' }), listed(9000, { status: '200' })] },
      /lists deliveries from before it, and none of it/,
    ],
    [
      'a secret that is wrong, where nobody is shown the webhook',
      {
        hooks: refusal('permission', 403),
        comment: { createdAt: '2026-03-02T10:00:25.000Z', updatedAt: '2026-03-02T10:00:25.000Z' },
        deliveries: [{ by: 'delivery', outcome: 'unauthorized', from: '192.0.2.1' }],
      },
      /without an accepted secret was turned away at 2026-03-02T10:00:30.000Z, right after/,
    ],
    ['a project that was moved', { item: refusal('refused', 301) }, /has another path now/],
    [
      'a comment that is too old by now',
      { comment: { createdAt: '2026-03-02T08:00:00.000Z', updatedAt: '2026-03-02T08:00:00.000Z' } },
      /older than limits.maxEventAge \(1h\)/,
    ],
    [
      'a mention that came by an edit',
      { comment: { updatedAt: '2026-03-02T09:55:00.000Z' } },
      /changed at 2026-03-02T09:55:00.000Z: a mention that came by an edit/,
    ],
    ['nothing that can be seen', {}, /Nothing was found/],
  ])('%s', async (_name, situation, conclusion) => {
    const { answer } = await ask(situation);
    expect(answer.conclusion).toMatch(conclusion);
    expect(answer.remedy).toMatch(/\w/);
    expect(answer.runs).toEqual([]);
    expect(renderWhy(answer)).toContain(answer.conclusion);
  });

  it('names the run that there is, and asks nobody else', async () => {
    const run = ended(aRun({ id: 'run-1', event: event(9001) }));
    const { answer, asked } = await ask({ runs: [run, aRun({ event: event(1) })] });
    expect(answer.runs).toEqual(['run-1']);
    expect(answer.conclusion).toBe('The run run-1 of claude is for it: succeeded, no changes.');
    expect(asked).toEqual([]);
  });

  it('says of a run that was refused why, and whether anybody was told', async () => {
    const outcome = {
      kind: 'refused',
      error: '@ada is not a member of acme/web/shop.',
      silent: true,
    } as const;
    const { answer } = await ask({ runs: [{ ...ended(aRun({ event: event(9001) })), outcome }] });
    expect(answer.conclusion).toMatch(/is for it: refused, @ada is not a member .* Nobody was told of that/);
  });

  it('finds the run by its own note, and all runs by their item', async () => {
    const run = aRun({ id: 'run-1', event: event(1), note: { id: 9001, discussionId: 'd1' } });
    expect((await ask({ runs: [run] })).answer.runs).toEqual(['run-1']);
    expect((await ask({ runs: [run], url: ITEM })).answer.runs).toEqual(['run-1']);
    expect((await ask({ runs: [aRun({ id: 'run-2', event: event(1) })] })).answer.runs).toEqual([]);
  });

  it('says that a comment was taken as a command, or its run is gone', async () => {
    const taken: NewDelivery = { ...about, outcome: 'accepted' };
    const command = { ...taken, commands: [{ agent: 'claude', name: 'stop' }] };
    expect((await ask({ deliveries: [command] })).answer.conclusion).toMatch(/as a command to claude: stop/);
    const gone = { ...taken, runs: ['r1'] };
    expect((await ask({ deliveries: [gone] })).answer.conclusion).toMatch(/its run r1 is not kept any more/);
  });

  it('tells trigger by trigger what a delivery was answered, and of those that were turned away', async () => {
    const verdicts = [{ trigger: 'claude', matched: false, reason: 'It is an edited comment.' }];
    const found = await ask({
      deliveries: [{ ...about, outcome: 'ignored', reason: 'No trigger matched.', verdicts }],
    });
    expect(found.answer.findings.map(({ text }) => text)).toContain(
      'The trigger claude said: It is an edited comment.',
    );
    const none = await ask({ deliveries: [{ by: 'delivery', outcome: 'unauthorized', from: '192.0.2.1' }] });
    expect(none.answer.findings.map(({ text }) => text)).toContainEqual(
      expect.stringMatching(/without an accepted secret were turned away, 1 of late/),
    );
  });

  it('counts no trigger of another agent against a comment', async () => {
    const other = trigger({ name: 'other', agent: agent({ name: 'codex', account: 'codex-bot' }) });
    const rules = [other, trigger()];
    const { answer } = await ask({ config: { triggers: rules, agents: rules.map((rule) => rule.agent) } });
    expect(answer.conclusion).toMatch(/Nothing was found/);
    expect(answer.findings.filter((finding) => finding.about === 'triggers')).toHaveLength(1);
  });

  it('asks the item as a whole whom it calls on', async () => {
    const called = await ask({ url: ITEM, item: { assignees: [{ id: 90, username: 'Claude-Bot' }] } });
    expect(called.answer.findings.map(({ text }) => text)).toContain('It calls on @claude-bot.');
    const none = await ask({ url: ITEM });
    expect(none.answer.findings.map(({ text }) => text)).toContainEqual(
      expect.stringMatching(/calls on none/),
    );
  });

  it('tells what GitLab does not show, and goes on', async () => {
    const { answer } = await ask({ hooks: refusal('permission', 403), level: 20 });
    expect(answer.findings.map(({ text }) => text)).toContain('The webhooks: shown to Maintainers only.');
    expect(answer.conclusion).toMatch(/Developer role/);
  });

  it('repeats nothing of what people wrote', async () => {
    const { answer } = await ask({ comment: { body: '@claude-bot a secret plan' } });
    expect(JSON.stringify(answer)).not.toMatch(/secret plan|Basket/);
  });
});
