import { expect, it, type TestContext } from 'vitest';
import type { Issue } from '../gitlab/world/records-discussion.ts';
import { until } from '../support/until.ts';
import { onEachHome } from './on-each-home.ts';
import { noteSaying, type Scene, type SceneOptions } from './scene.ts';

onEachHome('a mention in the thread of a finished run', (open) => {
  /** A thread in which the agent has been asked once and has opened its merge request, in a scene of its own. */
  async function askedOnce({ onTestFinished }: TestContext, options: SceneOptions = {}) {
    const scene = await open(options);
    onTestFinished(async () => {
      await scene.close();
      expect(scene.gitlab.violations).toEqual([]);
    }, 60_000);
    const { world, project } = scene;
    const issue = world.openIssue({ project, author: 'alice', title: 'Checkout fails' });
    const asked = world.comment({ issue, author: 'alice', body: '@pusher-bot fix it' });
    const note = await noteSaying(scene, issue, /It opened the merge request/);
    const branch = `workloads/${/run=(r\w+)/.exec(note.body)?.[1]}`;
    const ask = (body: string) =>
      world.comment({ issue, author: 'alice', body, discussionId: asked.discussionId });
    return { scene, issue, branch, ask };
  }
  async function contentOf({ world, project }: Scene, branch: string, path: string): Promise<string> {
    const file = await world.state.repositories.get(project.id)?.readFile(branch, path);
    return Buffer.from(file?.content ?? []).toString('utf8');
  }
  async function notesThatEnd(on: Scene, issue: Issue, count: number): Promise<void> {
    const ended = () => on.botNotes(issue).filter(({ body }) => /Agent has finished/.test(body)).length;
    await until(
      () => `${count} notes that say the end; ${JSON.stringify(on.botNotes(issue).map(({ body }) => body))}`,
      () => ended() === count,
      { ms: 60_000 },
    );
  }
  const branchNames = async ({ world, project }: Scene) =>
    (await world.state.repositories.get(project.id)?.branches())?.map(({ name }) => name);
  const agentPipelines = ({ world }: Scene) =>
    [...world.state.pipelines.values()].filter(({ source }) => source === 'api');

  it('goes on, twice, with one branch and one merge request', async (test) => {
    const { scene: on, issue, branch, ask } = await askedOnce(test);
    ask('@pusher-bot and the test');
    await notesThatEnd(on, issue, 2);
    ask('@pusher-bot and the docs');
    await notesThatEnd(on, issue, 3);

    const said = on.botNotes(issue).map(({ body }) => body);
    expect(said.map((body) => /It (\w+) the merge request \[!1\]/.exec(body)?.[1])).toEqual([
      'opened',
      'updated',
      'updated',
    ]);
    expect(new Set(on.botNotes(issue).map(({ discussionId }) => discussionId)).size).toBe(1);
    expect(on.world.state.mergeRequests.size).toBe(1);
    expect(await branchNames(on)).toEqual(['main', branch]);
    expect(agentPipelines(on).map(({ ref, status }) => `${ref} ${status}`)).toEqual(
      Array(3).fill(`${branch} success`),
    );
    const asked = await contentOf(on, branch, 'asked.txt');
    expect(asked.match(/author="@\w+">\n.*/g)).toEqual([
      'author="@alice">\n@pusher-bot fix it',
      'author="@alice">\n@pusher-bot and the test',
      'author="@alice">\n@pusher-bot and the docs',
    ]);
    expect(await contentOf(on, branch, 'variables.txt')).toContain(`CI_WORKLOAD_REF=${branch}\n`);
  }, 150_000);

  it('begins a new branch once the merge request is merged', async (test) => {
    const { scene: on, issue, branch, ask } = await askedOnce(test);
    const [mergeRequest] = on.world.state.mergeRequests.values();
    if (mergeRequest === undefined) throw new Error('it was opened');
    on.world.updateProject({ project: on.project, protectedBranches: [] });
    await on.world.merge({ mergeRequest, by: 'alice' });
    ask('@pusher-bot one more thing');
    await notesThatEnd(on, issue, 2);
    expect(on.botNotes(issue)[1]?.body).toContain('It opened the merge request [!2]');
    const [, second] = [...on.world.state.mergeRequests.values()];
    expect(second?.sourceBranch).not.toBe(branch);
    expect(await contentOf(on, second?.sourceBranch ?? '', 'asked.txt')).toContain('@pusher-bot fix it');
  }, 120_000);

  it.concurrent('by inputs, which tell no webhook the run, comes to its end all the same', async (test) => {
    const { scene: on, issue, branch, ask } = await askedOnce(test, { byInputs: true });
    ask('@pusher-bot and the test');
    await notesThatEnd(on, issue, 2);
    expect(agentPipelines(on).map(({ ref }) => ref)).toEqual([branch, branch]);
  }, 120_000);

  it.concurrent.for([
    ['the note is written', (on: Scene, issue: Issue) => on.botNotes(issue).length === 2],
    ['the pipeline is there', (on: Scene) => agentPipelines(on).length === 2],
  ] as const)(
    'and a program that is killed when %s comes to the same end',
    { timeout: 150_000 },
    async ([_moment, hasCome], test) => {
      const { scene: on, issue, branch, ask } = await askedOnce(test);
      ask('@pusher-bot and the test');
      await until('the moment to die', () => hasCome(on, issue), { ms: 40_000 });
      await on.killAndRestart();
      await notesThatEnd(on, issue, 2);
      expect(on.botNotes(issue)).toHaveLength(2);
      expect(agentPipelines(on)).toHaveLength(2);
      expect(on.world.state.mergeRequests.size).toBe(1);
      expect(await branchNames(on)).toEqual(['main', branch]);
    },
  );
});
