import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Issue } from '../gitlab/world/records-discussion.ts';
import type { Pipeline } from '../gitlab/world/records-project.ts';
import { until } from '../support/until.ts';
import { onEachHome } from './on-each-home.ts';
import { noteSaying, type Scene } from './scene.ts';

const flow = '.gitlab/duo/flows/held.yaml';
const AGENTS = { note: { flow }, branch: { flow }, issue: { flow }, archive: { flow }, token: { flow } };

onEachHome('what is deleted while the agent works', (open) => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await open({ agents: AGENTS });
  }, 60_000);
  afterAll(async () => {
    expect(scene.gitlab.violations).toEqual([]);
    await scene.close();
  }, 60_000);

  const pipelineOn = (ref: string) =>
    [...scene.world.state.pipelines.values()].find((pipeline) => pipeline.ref === ref);
  const finished = (agent: string) =>
    scene.log
      .map((line) => JSON.parse(line))
      .find((line) => line.msg === 'run finished' && line.agent === agent);
  async function letEnd(agent: string): Promise<void> {
    const repository = scene.world.state.repositories.get(scene.project.id);
    await repository?.createBranch(`go-${agent}`, (await repository.resolve('main')) ?? '');
  }

  /** Asks an agent for something, and waits until it has pushed and goes on working. */
  async function working(
    agent: keyof typeof AGENTS,
  ): Promise<{ issue: Issue; ref: string; pipeline: Pipeline }> {
    const { world, project } = scene;
    const issue = world.openIssue({ project, author: 'alice', title: `The ${agent}` });
    world.comment({ issue, author: 'alice', body: `@${agent}-bot go` });
    const note = await noteSaying(scene, issue, /Agent has started/);
    const ref = `workloads/${/run=(r\w+)/.exec(note.body)?.[1]}`;
    await until(
      'the agent has pushed',
      async () => {
        const file = await world.state.repositories.get(project.id)?.readFile(ref, 'held.txt');
        return file !== undefined;
      },
      { ms: 30_000 },
    );
    const pipeline = pipelineOn(ref);
    if (pipeline === undefined) throw new Error('the note says that it has started');
    return { issue, ref, pipeline };
  }
  async function ended(agent: keyof typeof AGENTS) {
    await until(`the run of ${agent} is over`, () => finished(agent) !== undefined, { ms: 60_000 });
    return finished(agent);
  }

  it.concurrent('the note: the run goes on, and writes no other', async () => {
    const { issue } = await working('note');
    for (const note of scene.botNotes(issue)) scene.world.deleteNote(note);
    await letEnd('note');
    expect((await ended('note')).outcome).toMatchObject({ kind: 'merge_request' });
    expect(scene.botNotes(issue)).toEqual([]);
  }, 120_000);

  it.concurrent('the branch: the note says so', async () => {
    const { issue, ref } = await working('branch');
    await scene.world.deleteBranch({ project: scene.project, by: 'alice', branch: ref });
    await letEnd('branch');
    const note = await noteSaying(scene, issue, /❌ Agent has failed/);
    expect(note.body.replaceAll('\\', '')).toContain(
      `somebody deleted the branch ${ref}, with all that was on it`,
    );
  }, 120_000);

  it.concurrent('the issue: the pipeline is cancelled, and the run ends', async () => {
    const { issue, pipeline } = await working('issue');
    scene.world.deleteIssue(issue);
    expect((await ended('issue')).outcome.reason).toMatch(/deleted what it was about/);
    expect(scene.world.state.pipelines.get(pipeline.id)?.status).toBe('canceled');
  }, 120_000);

  it.concurrent('nothing, but the token is revoked: the run ends and the log says why', async () => {
    await working('token');
    const { tokens } = scene.world.state;
    const token = [...tokens.values()].find(({ value }) => value === scene.env.TOKEN_TOKEN);
    if (token === undefined) throw new Error('the agent has a token');
    scene.world.revokeToken(token);
    expect((await ended('token')).outcome.reason).toMatch(/may have expired or been revoked/);
    await letEnd('token');
  }, 120_000);

  // By itself, as it stops the others too.
  it('nothing, but the project is archived: the run ends and the log says why', async () => {
    const { issue } = await working('archive');
    scene.world.updateProject({ project: scene.project, archived: true });
    await letEnd('archive');
    expect((await ended('archive')).outcome.reason).toBe('somebody archived the project');
    scene.world.updateProject({ project: scene.project, archived: false });
    expect(scene.botNotes(issue).map(({ body }) => body)).toEqual([
      expect.stringMatching(/Agent has started/),
    ]);
  }, 120_000);
});
