import { beforeAll, describe, expect, test } from 'vitest';
import type { PipelineRequest } from '../gitlab/ports.ts';
import { projectWith, type TestProject, variable } from '../gitlab/runner/test-support/project.ts';
import { projectFiles } from './template-files.ts';

let files: Readonly<Record<string, string>> = {};
beforeAll(async () => {
  files = await projectFiles();
});

const event = [variable('AI_FLOW_EVENT', 'mention'), variable('AI_FLOW_AGENT', 'claude')];
const agent = [...event, variable('AI_FLOW_SCRIPT', 'ZXhpdCAw', 'file')];

async function jobs(
  request: Partial<PipelineRequest>,
  { runner, request: make }: TestProject,
): Promise<unknown> {
  const plan = await runner.plan(make(request));
  return 'error' in plan ? plan.error : plan.jobs.map(({ name }) => name);
}

describe('a project with agents runs', () => {
  const own = ['build', 'unit'];
  test.each<[string, Partial<PipelineRequest>, readonly string[]]>([
    ['its own jobs for a push to main', { ref: 'main', source: 'push' }, own],
    ['nothing for a push to a workload branch', { ref: 'workloads/1', source: 'push' }, []],
    ["its own jobs for an agent's merge request", { ref: 'workloads/1', source: 'merge_request_event' }, own],
    ["the agent's job alone for an agent", { ref: 'workloads/1', variables: agent }, ['external-agent']],
    ['nothing for an agent on another branch', { ref: 'main', variables: agent }, []],
    ['its own jobs when started by hand', { ref: 'main', source: 'web' }, own],
  ])('%s', async (_name, request, expected) => {
    expect(await jobs(request, await projectWith(files))).toEqual(expected);
  });
});

test('name, stage and timeout of the job can be chosen', async () => {
  const chosen = (files['.gitlab-ci.yml'] ?? '').replace(
    'local: .gitlab/ci/external-agent.yml',
    'local: .gitlab/ci/external-agent.yml\n    inputs: {job_name: helper, stage: build, timeout: 30 minutes}',
  );
  const { runner, request } = await projectWith({ ...files, '.gitlab-ci.yml': chosen });
  const plan = await runner.plan(request({ ref: 'workloads/1', variables: agent }));
  expect(plan).toEqual({ jobs: [{ name: 'helper', stage: 'build' }] });
});
