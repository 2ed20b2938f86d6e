import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWith } from '../support/needs.ts';
import { noteSaying, openScene, type Scene } from './scene.ts';

describeWith(['git'], 'a project in which nobody may set pipeline variables', () => {
  let scene: Scene;

  beforeAll(async () => {
    scene = await openScene({ byInputs: true });
  }, 60_000);
  afterAll(async () => {
    await scene?.close();
  }, 60_000);

  async function contentOf(branch: string, path: string): Promise<string> {
    const file = await scene.world.state.repositories.get(scene.project.id)?.readFile(branch, path);
    return Buffer.from(file?.content ?? []).toString('utf8');
  }

  it('gives an agent all the same by inputs, byte for byte', async () => {
    const { world, project } = scene;
    const issue = world.openIssue({ project, author: 'alice', title: 'Checkout fails' });
    const body = `@pusher-bot $HOME \`id\` %CI_JOB_TOKEN% "quotes" 'and' \\ more $[[ inputs.ai_flow_id ]]\n\n--end 🎉`;
    world.comment({ issue, author: 'alice', body });
    const note = await noteSaying(scene, issue, /It opened the merge request/);
    const branch = `workloads/${/run=(r\w+)/.exec(note.body)?.[1]}`;
    expect(await contentOf(branch, 'asked.txt')).toBe(body);
    expect(await contentOf(branch, 'variables.txt')).toContain('AI_FLOW_EVENT=mention\n');
    const pipelines = [...world.state.pipelines.values()].filter(({ source }) => source === 'api');
    expect(pipelines).toMatchObject([{ ref: branch, variables: [], status: 'success' }]);
    const jobs = [...world.state.jobs.values()].filter(({ pipelineId }) => pipelineId === pipelines[0]?.id);
    expect(jobs.map(({ name }) => name)).toEqual(['external-agent']);
    expect(scene.gitlab.violations).toEqual([]);
  }, 90_000);

  it('runs a flow with ID tokens, cache and reports in the second job', async () => {
    const { world, project } = scene;
    const issue = world.openIssue({ project, author: 'alice', title: 'Keep something' });
    world.comment({ issue, author: 'alice', body: '@keeping-bot go' });
    const note = await noteSaying(scene, issue, /It opened the merge request/);
    const branch = `workloads/${/run=(r\w+)/.exec(note.body)?.[1]}`;
    const jobs = [...world.state.jobs.values()].filter(({ name }) => name === 'external-agent-extended');
    expect(jobs).toMatchObject([{ status: 'success' }]);
    expect(await contentOf(branch, 'runs-before.txt')).toBe('1\n');
    expect(await contentOf(branch, '.ai-flow/cache/1/runs.txt')).toBe('');
  }, 90_000);
});
