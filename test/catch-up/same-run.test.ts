import { Agent as Dispatcher } from 'undici';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createCatchUp } from '../../src/catch-up.ts';
import type { Config } from '../../src/config/config.ts';
import { createGitLab } from '../../src/gitlab/client.ts';
import { createTodos } from '../../src/gitlab/todos.ts';
import { Secret } from '../../src/lib/secret.ts';
import { createReceive } from '../../src/receive.ts';
import type { Run } from '../../src/runs/run.ts';
import type { CaughtUpWith } from '../../src/runs/todo-ports.ts';
import { agent, config, trigger } from '../builders/config.ts';
import { caughtUpDouble } from '../doubles/caught-up.ts';
import { hooked } from '../gitlab/test-support/hooked.ts';

const START = Date.parse('2026-03-02T10:00:00.250Z');
const MINUTE = 60_000;

/** Keeps what is added, as the queue does. */
function queueOf(runs: Map<string, Run>) {
  return {
    async add(run: Run) {
      const duplicate = runs.has(run.id);
      if (!duplicate) runs.set(run.id, run);
      return { duplicate };
    },
    async addCommand() {},
    async wake() {},
  };
}

/** A stand-in GitLab whose webhooks are received into one queue and whose To-Do items are caught up with into another. */
async function openScene(version: string) {
  let time = START;
  const events = ['note', 'confidential_note', 'issues', 'confidential_issues', 'merge_requests'] as const;
  const scene = await hooked({ events }, { version, now: () => new Date(time) });
  const { gitlab, world, bot, came } = scene;
  const helper = agent({ name: 'helper', account: 'Helper' });
  const fields: Partial<Config> = {
    agents: [helper],
    triggers: [
      trigger({
        name: 'helper',
        agent: helper,
        events: new Set(['mention', 'assign', 'assign_reviewer', 'description']),
        confidential: true,
        edits: true,
      }),
    ],
  };
  const dispatcher = new Dispatcher();
  onTestFinished(() => dispatcher.destroy());
  const login = { url: gitlab.url, token: new Secret(world.addToken({ user: bot, scopes: ['api'] }).value) };
  const client = createGitLab(login, { dispatcher, onRequest: () => {} });
  const todos = createTodos(login, { dispatcher, onRequest: () => {} });
  const tools = {
    config: { ...config(fields), gitlab: { url: gitlab.url, caFile: undefined, token: undefined } },
    clock: () => time,
  };
  const told: CaughtUpWith[] = [];
  const observer = {
    queued() {},
    received() {},
    caughtUp: (what: CaughtUpWith) => told.push(what),
    lookedThrough: (_agent: string, trouble: unknown) => expect(trouble).toBeUndefined(),
  };
  return {
    ...scene,
    told,
    pass: (ms: number) => {
      time += ms;
    },
    /** The runs that the webhooks give. */
    async delivered(runs = new Map<string, Run>(), caughtUp = caughtUpDouble(fields, tools)) {
      const receive = createReceive({ ...tools, queue: queueOf(runs), caughtUp, observer });
      for (const { body } of await came()) await receive({ event: undefined, payload: body });
      return runs;
    },
    /** The runs that the To-Do items give, looked through once. */
    async foundLater(runs = new Map<string, Run>(), caughtUp = caughtUpDouble(fields, tools)) {
      await createCatchUp({
        ...tools,
        gitlabOf: () => client,
        todosOf: () => todos,
        queue: queueOf(runs),
        caughtUp,
        observer,
      })();
      return runs;
    },
    newCaughtUp: () => caughtUpDouble(fields, tools),
    pending: async () => (await todos.pendingTodos()).todos,
  };
}
type Scene = Awaited<ReturnType<typeof openScene>>;

/** What people do, each once with one event for the agent. */
const ACTS: readonly [string, string, (scene: Scene) => unknown][] = [
  [
    'a mention',
    'mention',
    ({ world, project, alice }) => {
      const issue = world.openIssue({ project, author: alice, title: 'Bug' });
      world.comment({ issue, author: alice, body: 'could @helper do this?' });
    },
  ],
  [
    'a comment that addresses the agent',
    'mention',
    ({ world, project, alice }) => {
      const issue = world.openIssue({ project, author: alice, title: 'Bug' });
      world.comment({ issue, author: alice, body: '@helper please' });
    },
  ],
  [
    'a reply in a thread',
    'mention',
    ({ world, project, alice }) => {
      const issue = world.openIssue({ project, author: alice, title: 'Bug' });
      const first = world.comment({ issue, author: alice, body: 'What now?', thread: true });
      world.comment({ issue, author: alice, body: '@helper say', discussionId: first.discussionId });
    },
  ],
  [
    'an internal note',
    'mention',
    ({ world, project, alice }) => {
      const issue = world.openIssue({ project, author: alice, title: 'Bug' });
      world.comment({ issue, author: alice, body: '@helper quietly', internal: true });
    },
  ],
  [
    'a comment on a confidential issue',
    'mention',
    ({ world, project, alice }) => {
      const issue = world.openIssue({ project, author: alice, title: 'Leak', confidential: true });
      world.comment({ issue, author: alice, body: '@helper please' });
    },
  ],
  [
    'a comment on a merge request',
    'mention',
    async ({ world, ...scene }) => {
      const mergeRequest = await openMergeRequest({ world, ...scene });
      world.comment({ mergeRequest, author: scene.alice, body: '@helper please' });
    },
  ],
  [
    'a comment that is edited to name the agent',
    'mention',
    ({ world, project, alice, pass }) => {
      const issue = world.openIssue({ project, author: alice, title: 'Bug' });
      const note = world.comment({ issue, author: alice, body: 'somebody please' });
      pass(20_000);
      world.editNote({ note, by: alice, body: '@helper please' });
    },
  ],
  [
    'an issue that is opened for the agent',
    'assign',
    ({ world, project, alice, bot }) =>
      world.openIssue({ project, author: alice, title: 'Bug', assignees: [bot] }),
  ],
  [
    'an assignment',
    'assign',
    ({ world, project, alice, bot, pass }) => {
      const issue = world.openIssue({ project, author: alice, title: 'Bug' });
      pass(MINUTE);
      world.assign({ issue, users: [bot], by: alice });
    },
  ],
  [
    'an assignment of a confidential issue',
    'assign',
    ({ world, project, alice, bot }) =>
      world.openIssue({ project, author: alice, title: 'Leak', assignees: [bot], confidential: true }),
  ],
  [
    'a request for a review',
    'assign_reviewer',
    async (scene) => {
      const mergeRequest = await openMergeRequest(scene);
      scene.pass(MINUTE);
      scene.world.requestReview({ mergeRequest, users: [scene.bot], by: scene.alice });
    },
  ],
  [
    'a description',
    'description',
    ({ world, project, alice }) =>
      world.openIssue({ project, author: alice, title: 'Bug', description: 'For @helper' }),
  ],
  [
    'a description that is edited to name the agent',
    'description',
    ({ world, project, alice, pass }) => {
      const issue = world.openIssue({ project, author: alice, title: 'Bug', description: 'For you' });
      pass(MINUTE);
      world.edit({ issue, by: alice, edit: { description: 'For @helper' } });
    },
  ],
];

async function openMergeRequest({ world, project, alice }: Pick<Scene, 'world' | 'project' | 'alice'>) {
  await world.createBranch({ project, by: alice, branch: 'guest', ref: 'main' });
  return world.openMergeRequest({ project, author: alice, title: 'Guest', sourceBranch: 'guest' });
}

describe.each(['18.9.0', '19.1.0'])('a To-Do item of GitLab %s', (version) => {
  it.each(ACTS)('of %s is the run that the webhook gives', async (_what, kind, act) => {
    const scene = await openScene(version);
    await act(scene);
    scene.pass(3 * MINUTE);
    const delivered = await scene.delivered();
    const found = await scene.foundLater();
    expect([...delivered.values()].map(({ event }) => event.kind)).toEqual([kind]);
    expect([...found.keys()]).toEqual([...delivered.keys()]);
    if (version === '19.1.0') {
      expect([...found.values()].map(({ event }) => event)).toEqual(
        [...delivered.values()].map(({ event }) => event),
      );
    }
    expect(await scene.pending()).toEqual([]);
    expect(scene.gitlab.violations).toEqual([]);
  });

  it.each(ACTS)(
    'of %s stays one run when the item has changed since, in any order',
    async (_what, _kind, act) => {
      for (const order of [
        ['delivered', 'foundLater'],
        ['foundLater', 'delivered'],
      ] as const) {
        const scene = await openScene(version);
        await act(scene);
        // Within what GitLab may take to make a To-Do item: its time is taken for that of the act.
        scene.pass(3_000);
        const { world, alice } = scene;
        for (const issue of world.state.issues.values())
          world.edit({ issue, by: alice, edit: { title: 'Other' } });
        for (const mergeRequest of world.state.mergeRequests.values()) {
          world.edit({ mergeRequest, by: alice, edit: { title: 'Other' } });
        }
        scene.pass(3 * MINUTE);
        const caughtUp = scene.newCaughtUp();
        const runs = new Map<string, Run>();
        for (const way of order) await scene[way](runs, caughtUp);
        expect(runs.size).toBe(1);
      }
    },
  );
});
