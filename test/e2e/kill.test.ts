import { afterEach, expect, it } from 'vitest';
import { describeWith } from '../support/needs.ts';
import { until } from '../support/until.ts';
import { noteSaying, openScene, type Scene } from './scene.ts';

describeWith(['git'], 'a program that is killed', () => {
  let scene: Scene | undefined;
  afterEach(async () => {
    await scene?.close();
    scene = undefined;
  }, 60_000);

  /** Moments between the 202 and the end, by what GitLab has seen of the run. */
  const moments: readonly [string, (scene: Scene) => boolean][] = [
    [
      'the delivery is answered',
      ({ world }) =>
        [...world.state.deliveries.values()].some(({ responseStatus }) => responseStatus === '202'),
    ],
    [
      'the note is written',
      ({ world }) => [...world.state.notes.values()].some(({ body }) => body.includes('Processing')),
    ],
    ['the pipeline is there', ({ world }) => world.state.pipelines.size > 0],
    [
      'the pipeline has ended',
      ({ world }) => [...world.state.pipelines.values()].some(({ status }) => status === 'success'),
    ],
  ];

  it.each(moments)(
    'when %s comes to the same end after a restart',
    async (_moment, hasCome) => {
      scene = await openScene();
      const { world, project, gitlab } = scene;
      const issue = world.openIssue({ project, author: 'alice', title: 'Checkout fails' });
      world.comment({ issue, author: 'alice', body: '@pusher-bot go' });
      await until('the moment to die', () => scene !== undefined && hasCome(scene), { ms: 30_000 });
      await scene.killAndRestart();

      const note = await noteSaying(scene, issue, /It opened the merge request/, { ms: 60_000 });
      const runId = /run=(r\w+)/.exec(note.body)?.[1];
      expect(scene.botNotes(issue)).toHaveLength(1);
      expect([...world.state.pipelines.values()].filter(({ source }) => source === 'api')).toHaveLength(1);
      expect([...world.state.mergeRequests.values()].map((one) => one.sourceBranch)).toEqual([
        `workloads/${runId}`,
      ]);
      const branches = await world.state.repositories.get(project.id)?.branches();
      expect(branches?.map(({ name }) => name)).toEqual(['main', `workloads/${runId}`]);
      expect(gitlab.violations).toEqual([]);
    },
    120_000,
  );

  it('leaves no turn behind: who had one goes on, and then who waited', async () => {
    scene = await openScene({ limits: { runs: { global: 1 } } });
    const { world, project } = scene;
    const issues = ['Checkout fails', 'Basket is slow', 'Search is empty'].map((title) =>
      world.openIssue({ project, author: 'alice', title }),
    );
    for (const issue of issues) world.comment({ issue, author: 'alice', body: '@pusher-bot go' });
    const texts = () => [...world.state.notes.values()].map(({ body }) => body);
    const waiting = () => texts().filter((body) => body.includes('Waiting for its turn')).length;
    await until('one has its turn and two wait', () => waiting() === 2 && world.state.pipelines.size > 0, {
      ms: 30_000,
    });
    await scene.killAndRestart();
    for (const issue of issues) {
      await noteSaying(scene, issue, /It opened the merge request/, { ms: 90_000 });
      expect(scene.botNotes(issue)).toHaveLength(1);
    }
  }, 240_000);

  it('says goodbye within ten seconds when it is asked to stop, and ends with 0', async () => {
    scene = await openScene();
    const { world, project } = scene;
    const issue = world.openIssue({ project, author: 'alice', title: 'Checkout fails' });
    world.comment({ issue, author: 'alice', body: '@pusher-bot go' });
    await until('the pipeline is there', () => world.state.pipelines.size > 0, { ms: 30_000 });
    const began = Date.now();
    expect(await scene.stopBeckon('SIGTERM')).toBe(0);
    expect(Date.now() - began).toBeLessThan(10_000);
  }, 60_000);

  it('sends new work away while it stops, and loses nothing that comes all the same', async () => {
    scene = await openScene();
    const { world, project, gitlab } = scene;
    const [slow, late] = ['Checkout fails', 'Basket is slow'].map((title) =>
      world.openIssue({ project, author: 'alice', title }),
    );
    if (slow === undefined || late === undefined) throw new Error('two issues');
    const pipelines = { method: 'POST', path: /\/pipeline$/ };
    gitlab.faults.add({ match: pipelines, do: { delay: 3_000 } });
    world.comment({ issue: slow, author: 'alice', body: '@pusher-bot go' });
    await noteSaying(scene, slow, /Processing/);
    const ended = scene.stopBeckon('SIGTERM');
    const readyz = async () => {
      const response = await fetch(`${scene?.address()}/readyz`).catch(() => undefined);
      return response?.status;
    };
    await until('it says that it is not ready', async () => (await readyz()) === 503, { ms: 3_000 });
    world.comment({ issue: late, author: 'alice', body: '@idle-bot look' });
    expect(await ended).toBe(0);
    await gitlab.webhooksSettled();
    const answers = [...world.state.deliveries.values()].map(({ responseStatus }) => responseStatus);
    expect(answers.filter((status) => status === '202')).toHaveLength(2);

    await scene.killAndRestart();
    await noteSaying(scene, slow, /It opened the merge request/, { ms: 60_000 });
    await noteSaying(scene, late, /It made no changes/, { ms: 60_000 });
    for (const issue of [slow, late]) expect(scene.botNotes(issue)).toHaveLength(1);
  }, 120_000);
});
