import { describe, expect, it } from 'vitest';
import { createCatchUp } from '../../src/catch-up.ts';
import type { Todo, TodoComment } from '../../src/events/todo.ts';
import { createReceive } from '../../src/receive.ts';
import type { Command } from '../../src/runs/command.ts';
import { Failure } from '../../src/runs/failures.ts';
import type { Run } from '../../src/runs/run.ts';
import type { CaughtUpWith } from '../../src/runs/todo-ports.ts';
import { agent, config, trigger } from '../builders/config.ts';
import { issuePayload, NOW, people } from '../builders/payloads.ts';
import { todo, todoComment, todoItem } from '../builders/todos.ts';
import { caughtUpDouble } from '../doubles/caught-up.ts';
import { gitlabDouble } from '../doubles/gitlab.ts';

const BOT = { id: people.bot.id, username: 'Claude-Bot', name: 'Claude' };
const HOUR = 3_600_000;
const gone = new Failure('asking', { kind: 'gone', status: 404, detail: '404 Not Found' });
const broken = new Failure('asking', { kind: 'transient', status: 500, detail: '500 Broken' });
const codex = agent({ name: 'codex', account: 'codex-bot' });
const two = { agents: [agent(), codex], triggers: [trigger(), trigger({ name: 'codex', agent: codex })] };

/** Everything around the verb, in memory; `todos` by agent, `comments` by the number of the item. */
function setUp(fields: Parameters<typeof config>[0] = {}) {
  const todos = new Map<string, Todo[]>();
  const comments = new Map<number, readonly TodoComment[] | Failure>();
  const runs = new Map<string, Run>();
  const commands: Command[] = [];
  const told: CaughtUpWith[] = [];
  const troubles: unknown[] = [];
  const faults: { list?: Record<string, Failure>; queue?: Error | undefined } = {};
  const left = { complete: true };
  let now = NOW;
  const clock = () => now;
  const caughtUp = caughtUpDouble(fields, { clock });
  const { gitlab } = gitlabDouble();
  const queue = {
    async add(run: Run) {
      if (faults.queue !== undefined) throw faults.queue;
      const duplicate = runs.has(run.id);
      if (!duplicate) runs.set(run.id, run);
      return { duplicate };
    },
    async addCommand(command: Command) {
      commands.push(command);
    },
    async wake() {},
  };
  const observer = {
    queued() {},
    received() {},
    caughtUp: (what: CaughtUpWith) => told.push(what),
    lookedThrough: (_agent: string, trouble: unknown) => troubles.push(trouble),
  };
  const tools = { config: config(fields), queue, caughtUp, observer, clock };
  const catchUp = createCatchUp({
    ...tools,
    gitlabOf: () => gitlab,
    todosOf: (name) => ({
      async pendingTodos() {
        const fault = faults.list?.[name];
        if (fault !== undefined) throw fault;
        return { todos: [...(todos.get(name) ?? [])], complete: left.complete };
      },
      async finishTodo(id) {
        todos.set(
          name,
          (todos.get(name) ?? []).filter((one) => one.id !== id),
        );
      },
      async comments(_projectId, { iid }) {
        const found = comments.get(iid) ?? [];
        if (found instanceof Failure) throw found;
        return found;
      },
    }),
  });
  todos.set('claude', [todo()]);
  comments.set(12, [todoComment()]);
  const receive = createReceive(tools);
  return {
    ...{ todos, comments, runs, commands, told, troubles, faults, left, caughtUp, catchUp },
    deliver: (payload: unknown) => receive({ event: undefined, payload }),
    pending: () => (todos.get('claude') ?? []).map(({ id }) => id),
    outcomes: () => told.map(({ todo: id, outcome }) => [id, outcome]),
    pass: (ms: number) => {
      now += ms;
    },
  };
}

/** The webhook of an assignment of the agent to an issue. */
const assigned = (at: string) =>
  issuePayload({
    issue: { updated_at: at },
    changes: { assignees: { previous: [], current: [people.bot] } },
  });
const assignTodo = (fields: Partial<Todo> = {}) => todo({ action: 'assigned', noteId: undefined, ...fields });

describe('catching up', () => {
  it('makes a run of a To-Do item and ticks it off', async () => {
    const scene = setUp();
    await scene.catchUp();
    expect([...scene.runs.values()]).toMatchObject([
      {
        agent: 'claude',
        trigger: 'claude',
        event: { kind: 'mention', note: { id: 9001, discussionId: 'd1' } },
      },
    ]);
    expect(scene.told).toEqual([
      {
        agent: 'claude',
        project: 'acme/web/shop',
        resource: 'issue/12',
        todo: 1,
        action: 'directly_addressed',
        outcome: 'taken',
        runs: [...scene.runs.keys()],
        reason: undefined,
      },
    ]);
    expect(scene.pending()).toEqual([]);
    expect(scene.troubles).toEqual([undefined]);
  });

  it('leaves one that is younger than two minutes to its webhook, until the next time', async () => {
    const scene = setUp();
    scene.todos.set('claude', [todo({ createdAt: new Date(NOW - 119_000).toISOString() })]);
    await scene.catchUp();
    expect([scene.runs.size, scene.pending()]).toEqual([0, [1]]);
    scene.pass(1_000);
    await scene.catchUp();
    expect([scene.runs.size, scene.pending()]).toEqual([1, []]);
  });

  it('leaves those of projects that no trigger of the agent covers', async () => {
    const scene = setUp();
    scene.todos.set('claude', [todo({ projectPath: 'other/shop' })]);
    await scene.catchUp();
    expect([scene.told, scene.pending()]).toEqual([[], [1]]);
  });

  it('does what is written as a command, and makes no run of it', async () => {
    const scene = setUp();
    scene.comments.set(12, [todoComment({ body: '@claude-bot stop' })]);
    await scene.catchUp();
    expect(scene.commands).toMatchObject([{ name: 'stop' }]);
    expect([scene.runs.size, scene.outcomes()]).toEqual([0, [[1, 'taken']]]);
  });

  it('looks for comments that got no To-Do item of their own because one was pending', async () => {
    const scene = setUp();
    scene.todos.set('claude', [assignTodo({ item: todoItem({ updatedAt: '2026-03-02T09:50:00.000Z' }) })]);
    scene.comments.set(12, [
      todoComment({ id: 8000, createdAt: '2026-03-02T09:40:00.000Z' }),
      todoComment({ id: 9002, createdAt: '2026-03-02T09:55:00.000Z', body: '@claude-bot more' }),
      todoComment({ id: 9003, createdAt: '2026-03-02T09:56:00.000Z', body: 'nobody' }),
      todoComment({ id: 9004, createdAt: '2026-03-02T09:57:00.000Z', author: BOT, body: 'I, @claude-bot' }),
    ]);
    await scene.catchUp();
    expect([...scene.runs.values()].map(({ event }) => [event.kind, event.input])).toEqual([
      ['assign', '12'],
      ['mention', '@claude-bot more'],
    ]);
    expect(scene.outcomes()).toEqual([
      [1, 'taken'],
      [undefined, 'taken'],
    ]);
  });

  it('gives each account its own: another agent in the same comment has a To-Do item too', async () => {
    const scene = setUp(two);
    scene.comments.set(12, [todoComment({ body: '@claude-bot and @codex-bot' })]);
    await scene.catchUp();
    expect([...scene.runs.values()].map((run) => run.agent)).toEqual(['claude']);
  });

  it.each([
    ['by an account of ours', todo(), todoComment({ author: { id: 91, username: 'claude-bot', name: '' } })],
    [
      'longer ago than the config wants',
      todo({ createdAt: '2026-03-02T08:00:00.000Z' }),
      todoComment({ createdAt: '2026-03-02T08:00:00.000Z', updatedAt: '2026-03-02T08:00:00.000Z' }),
    ],
    [
      'on an issue that was closed since',
      todo({ item: todoItem({ endedAt: '2026-03-02T09:58:00.000Z' }) }),
      todoComment(),
    ],
    [
      'as an assignment that was taken back',
      assignTodo({ item: todoItem({ assignees: [] }) }),
      todoComment({ body: '' }),
    ],
    ['in a comment whose mention was taken out', todo(), todoComment({ body: 'never mind' })],
  ])('starts nothing of what was asked %s, says why, and ticks it off', async (_what, asked, comment) => {
    const scene = setUp();
    scene.todos.set('claude', [asked]);
    scene.comments.set(12, [comment]);
    await scene.catchUp();
    expect(scene.runs.size).toBe(0);
    expect(scene.told).toMatchObject([{ todo: 1, outcome: 'nothing', reason: expect.stringMatching(/\w/) }]);
    expect(scene.pending()).toEqual([]);
  });

  it('starts what was asked after the issue was closed', async () => {
    const scene = setUp();
    scene.todos.set('claude', [todo({ item: todoItem({ endedAt: '2026-03-02T09:40:00.000Z' }) })]);
    await scene.catchUp();
    expect(scene.runs.size).toBe(1);
  });

  it('starts what was asked on an issue that was closed since where that stops no run', async () => {
    const scene = setUp({ triggers: [trigger({ stopOn: new Set() })] });
    scene.todos.set('claude', [todo({ item: todoItem({ endedAt: '2026-03-02T09:58:00.000Z' }) })]);
    await scene.catchUp();
    expect(scene.runs.size).toBe(1);
  });
});

describe('a broken To-Do item', () => {
  it('whose comment or issue is gone is ticked off, and holds up no other', async () => {
    const scene = setUp();
    scene.todos.set('claude', [
      todo({ id: 1, item: todoItem({ iid: 10 }) }),
      todo({ id: 2, item: todoItem({ iid: 11 }), noteId: 1234 }),
      todo({ id: 3 }),
    ]);
    scene.comments.set(10, gone);
    await scene.catchUp();
    expect(scene.outcomes()).toEqual([
      [1, 'gone'],
      [2, 'gone'],
      [3, 'taken'],
    ]);
    expect([scene.pending(), scene.troubles]).toEqual([[], [undefined]]);
  });

  it('at which GitLab fails is tried again, holds up no other, and what is from its time is not too old', async () => {
    const scene = setUp();
    scene.todos.set('claude', [todo({ id: 1, item: todoItem({ iid: 10 }) }), todo({ id: 2 })]);
    scene.comments.set(10, broken);
    await scene.caughtUp.moveTo('todos/claude', NOW - 60_000);
    await scene.catchUp();
    expect([scene.outcomes(), scene.pending(), scene.troubles]).toEqual([[[2, 'taken']], [1], [broken]]);
    scene.pass(48 * HOUR);
    scene.comments.set(10, [todoComment()]);
    await scene.catchUp();
    expect([scene.pending(), scene.runs.size]).toEqual([[], 2]);
  });
});

describe('how far has been caught up', () => {
  it('is the beginning of the last round, less what was left to webhooks', async () => {
    const scene = setUp();
    expect(await scene.caughtUp.acceptsFrom()).toBe(NOW - HOUR);
    await scene.catchUp();
    scene.pass(48 * HOUR);
    expect(await scene.caughtUp.acceptsFrom()).toBe(NOW - 120_000 - HOUR);
  });

  it('does not move for an agent whose token fails, and does for others; the furthest behind counts', async () => {
    const scene = setUp(two);
    await scene.catchUp();
    scene.faults.list = { codex: broken };
    scene.pass(HOUR);
    await scene.catchUp();
    expect(scene.troubles).toEqual([undefined, undefined, undefined, broken]);
    expect(await scene.caughtUp.acceptsFrom()).toBe(NOW - 120_000 - HOUR);
  });

  it('does not move where To-Do items were left out, or the queue takes no runs', async () => {
    const scene = setUp();
    await scene.caughtUp.moveTo('todos/claude', NOW - HOUR);
    scene.left.complete = false;
    scene.faults.queue = new Error('away');
    await scene.catchUp();
    expect(scene.pending()).toEqual([1]);
    scene.faults.queue = undefined;
    await scene.catchUp();
    expect([scene.pending(), scene.troubles.every((trouble) => trouble instanceof Error)]).toEqual([
      [],
      true,
    ]);
    expect(await scene.caughtUp.acceptsFrom()).toBe(NOW - 2 * HOUR);
  });

  it('lets deliveries count that come after a long time off, and no older ones', async () => {
    const scene = setUp();
    await scene.catchUp();
    scene.pass(48 * HOUR);
    const from = NOW - 120_000 - HOUR;
    const at = (time: number) => scene.deliver(assigned(new Date(time).toISOString()));
    expect(await at(from)).toMatchObject({ status: 'accepted' });
    expect(await at(from - 1_000)).toMatchObject({ status: 'ignored' });
  });
});

describe('never twice', () => {
  const at = '2026-03-02T09:50:00.000Z';
  // GitLab made the To-Do item a moment later, and the issue was changed again before that.
  const later = assignTodo({
    createdAt: '2026-03-02T09:50:06.000Z',
    item: todoItem({ updatedAt: '2026-03-02T09:50:04.000Z' }),
  });

  it.each(['delivery first', 'To-Do item first', 'the delivery twice'])('%s', async (order) => {
    const scene = setUp();
    scene.todos.set('claude', [later]);
    scene.comments.set(12, []);
    if (order !== 'To-Do item first') await scene.deliver(assigned(at));
    await scene.catchUp();
    if (order !== 'delivery first') await scene.deliver(assigned(at));
    expect([...scene.runs.values()]).toHaveLength(1);
    expect(scene.outcomes()).toEqual([[1, order === 'To-Do item first' ? 'taken' : 'known']]);
  });

  it('but two deliveries of what happened twice are two runs, also when a To-Do item told of one', async () => {
    const scene = setUp();
    scene.todos.set('claude', [later]);
    scene.comments.set(12, []);
    await scene.catchUp();
    await scene.deliver(assigned(at));
    await scene.deliver(assigned('2026-03-02T09:50:20.000Z'));
    await scene.deliver(assigned('2026-03-02T09:50:20.000Z'));
    expect(scene.runs.size).toBe(2);
  });

  it('when the process dies between the run and the tick', async () => {
    const scene = setUp();
    scene.todos.set('claude', [todo({ id: 1 }), later]);
    await scene.catchUp();
    scene.todos.set('claude', [todo({ id: 1 }), later]);
    await scene.catchUp();
    expect(scene.runs.size).toBe(2);
    expect(scene.told.map(({ outcome }) => outcome)).toEqual(['taken', 'taken', 'known', 'known']);
  });
});
