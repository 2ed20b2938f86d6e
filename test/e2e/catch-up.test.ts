import { afterEach, expect, it } from 'vitest';
import { alertStatus } from '../gitlab/world/hooks.ts';
import type { Issue, MergeRequest, Noteable } from '../gitlab/world/records-discussion.ts';
import { describeWith } from '../support/needs.ts';
import { until } from '../support/until.ts';
import { noteSaying, openScene, type Scene } from './scene.ts';

const agents = { pusher: { flow: '.gitlab/duo/flows/pusher.yaml' } };
/** Has a job that changes nothing, which is over at once. */
const idle = { pusher: { flow: '.gitlab/duo/flows/idle.yaml' } };
const rate = { perUser: '1000/h', perProject: '1000/h', perAgent: '1000/h', perObject: '1000/h' };
const runs = { perProject: 6, perUser: 6 };
/** What happens is three minutes old as soon as it happens, so that no To-Do item is left to its webhook. */
const clock = () => Date.now() - 180_000;

describeWith(['git'], 'what no webhook told', () => {
  let scene: Scene | undefined;
  afterEach(async () => {
    await scene?.close();
    scene = undefined;
  }, 60_000);

  const asked = ({ gitlab }: Scene, path: RegExp) =>
    gitlab.requests.filter((request) => path.test(request.path));
  /** Waits until the To-Do items were looked through once. */
  const lookedThrough = (of: Scene) =>
    until('the To-Do items are looked through', () => asked(of, /\/todos(\?|$)/).length > 0, { ms: 30_000 });
  const pending = ({ world }: Scene) =>
    [...world.state.todos.values()].filter(({ state }) => state === 'pending');
  const pipelines = ({ world }: Scene) =>
    [...world.state.pipelines.values()].filter(({ source }) => source === 'api');

  it('is found without any webhook: a mention becomes a merge request', async () => {
    scene = await openScene({ agents, hooked: false, clock });
    const { world, project } = scene;
    await lookedThrough(scene);
    await scene.stopBeckon();
    const issue = world.openIssue({ project, author: 'alice', title: 'Checkout fails' });
    world.comment({ issue, author: 'alice', body: '@pusher-bot go' });
    await scene.startBeckon();
    await noteSaying(scene, issue, /It opened the merge request/, { ms: 60_000 });
    await until('nothing is pending', () => scene !== undefined && pending(scene).length === 0, {
      ms: 30_000,
    });
    expect(scene.botNotes(issue)).toHaveLength(1);
    expect(pipelines(scene)).toHaveLength(1);
    expect(scene.gitlab.violations).toEqual([]);
  }, 120_000);

  it('while the program was off is done once each, though older than limits.maxEventAge', async () => {
    const limits = { rate, runs, maxEventAge: '1m' };
    const triggers = [
      { name: 'more', agent: 'pusher', events: ['description'], projects: ['acme/**'], confidential: true },
    ];
    scene = await openScene({ agents: idle, limits, triggers, clock });
    const { world, gitlab } = scene;
    const before = await itemsOf(scene);
    await lookedThrough(scene);
    await scene.stopBeckon();

    const expected = await happenings(scene, before);
    await gitlab.webhooksSettled();
    const hook = world.state.hooks.get(scene.hook.id);
    expect(hook && alertStatus(hook, world.now())).toBe('temporarily_disabled');
    await scene.startBeckon();

    const answers = () => [...expected.keys()].flatMap((item) => scene?.botNotes(item) ?? []);
    const others = () => answers().filter(({ body }) => !/finished/.test(body));
    await until(
      () =>
        `20 runs are done: ${answers().length} have an answer, and not done are ${JSON.stringify(others())}`,
      () => answers().length >= 20 && others().length === 0,
      { ms: 400_000 },
    );
    expect(pending(scene)).toEqual([]);
    for (const [item, count] of expected)
      expect([item.title, scene.botNotes(item).length]).toEqual([item.title, count]);
    expect(pipelines(scene)).toHaveLength(20);
    expect(gitlab.violations).toEqual([]);
  }, 600_000);

  it('is done once when the program is killed between a run and the tick of its To-Do item', async () => {
    scene = await openScene({ agents, limits: { rate, runs }, clock });
    const { world, project, gitlab } = scene;
    await lookedThrough(scene);
    await scene.stopBeckon();
    const issues = Array.from({ length: 6 }, (_, index) =>
      world.openIssue({ project, author: 'alice', title: `Bug ${index}`, assignees: ['pusher-bot'] }),
    );
    // The third tick hangs, and with it the look.
    const tick = { method: 'POST', path: /\/mark_as_done$/ } as const;
    gitlab.faults.add({ match: tick, after: 2, times: 1, do: { delay: 60_000 } });
    await scene.startBeckon();
    await until('the third tick', () => scene !== undefined && asked(scene, /\/mark_as_done$/).length === 2, {
      ms: 30_000,
    });
    await until('the run of the third', () => scene !== undefined && world.state.notes.size > 0, {
      ms: 30_000,
    });
    expect(pending(scene).length).toBe(4);
    await scene.killAndRestart();
    for (const issue of issues) await noteSaying(scene, issue, /It opened the merge request/, { ms: 90_000 });
    await until('nothing is pending', () => scene !== undefined && pending(scene).length === 0, {
      ms: 30_000,
    });
    for (const issue of issues) expect(scene.botNotes(issue)).toHaveLength(1);
    expect(pipelines(scene)).toHaveLength(6);
  }, 240_000);
});

interface Before {
  readonly issues: readonly Issue[];
  readonly mergeRequests: readonly MergeRequest[];
}

/** Items that nobody has asked anything on. */
async function itemsOf({ world, project }: Scene): Promise<Before> {
  const titles = Array.from({ length: 8 }, (_, index) => `Bug ${index}`);
  const issues = titles.map((title) => world.openIssue({ project, author: 'alice', title }));
  const mergeRequests: MergeRequest[] = [];
  for (const branch of ['guest', 'basket', 'search']) {
    await world.createBranch({ project, by: 'alice', branch, ref: 'main' });
    mergeRequests.push(
      await world.openMergeRequest({ project, author: 'alice', title: branch, sourceBranch: branch }),
    );
  }
  return { issues, mergeRequests };
}

/** Twenty things that people ask the agent for, by the item; on some of them several. */
async function happenings(
  { world, project }: Scene,
  { issues, mergeRequests }: Before,
): Promise<ReadonlyMap<Noteable, number>> {
  const counts = new Map<Noteable, number>();
  const count = (item: Noteable) => counts.set(item, (counts.get(item) ?? 0) + 1);
  const author = 'alice';
  for (const issue of issues) {
    world.comment({ issue, author, body: '@pusher-bot go' });
    count(issue);
  }
  for (const issue of issues.slice(0, 3)) {
    const { discussionId } = world.comment({ issue, author, body: 'What about this?', thread: true });
    world.comment({ issue, author, body: 'Please, @pusher-bot', discussionId });
    count(issue);
  }
  for (const issue of issues.slice(2, 4)) {
    world.assign({ issue, by: author, users: ['pusher-bot'] });
    count(issue);
  }
  for (const mergeRequest of mergeRequests) {
    world.requestReview({ mergeRequest, by: author, users: ['pusher-bot'] });
    world.comment({ mergeRequest, author, body: '@pusher-bot look here first' });
    count(mergeRequest);
    count(mergeRequest);
  }
  const opened = world.openIssue({ project, author, title: 'Described', description: 'For @pusher-bot' });
  count(opened);
  return counts;
}
