import { describe, expect, test } from 'vitest';
import { expectNoViolations, setUp } from '../test-support/setup.ts';
import type { Project } from '../world/records-project.ts';

const variables = [{ key: 'A', value: 'b' }];

test('a pipeline starts as created, waits as pending, and ends as told', async () => {
  const { world, bot, api, gitlab, project } = await setUp();
  const input = { ref: 'main', variables: [{ key: 'A', value: '$B', variable_type: 'file' }] };
  world.updateProject({ project, protectedBranches: [] });
  const made = await api(bot, 'POST', '/projects/:id/pipeline', input);
  expect(made).toMatchObject({
    status: 201,
    body: { status: 'created', source: 'api', ref: 'main', user: { username: 'helper' } },
  });
  const path = `/projects/:id/pipelines/${made.body.id}`;
  expect((await api(bot, 'GET', path)).body).toMatchObject({ status: 'pending', started_at: null });
  expect((await api(bot, 'GET', `${path}/variables`)).body).toEqual([
    { key: 'A', value: '$B', variable_type: 'file', raw: false },
  ]);
  const [job] = (await api(bot, 'GET', `${path}/jobs`)).body;
  expect(job).toMatchObject({ name: 'agent', stage: 'test', status: 'pending' });
  world.appendTrace({ job, text: 'hello\n' });
  world.finishPipeline({ pipeline: made.body, status: 'failed' });
  expect((await api(bot, 'GET', path)).body.status).toBe('failed');
  expect((await api(bot, 'GET', `/projects/:id/jobs/${job.id}`)).body).toMatchObject({
    status: 'failed',
    failure_reason: 'script_failure',
  });
  expect((await api(bot, 'GET', `/projects/:id/jobs/${job.id}/trace`)).body).toBe('hello\n');
  expect((await api(bot, 'POST', `${path}/cancel`)).body.status).toBe('failed');
  expectNoViolations({ gitlab });
});

describe('GitLab refuses a pipeline', () => {
  const cases: readonly [name: string, settings: Partial<Project>, input: object, message: string][] = [
    [
      'with variables below the minimum role',
      { pipelineVariablesRole: 'maintainer' },
      { variables },
      'Insufficient permissions to set pipeline variables',
    ],
    [
      'with variables where nobody may pass any',
      { pipelineVariablesRole: 'no_one_allowed' },
      { variables },
      'Insufficient permissions to set pipeline variables',
    ],
    ['on a ref that is not there', {}, { ref: 'gone' }, 'Reference not found'],
    ['without a CI file', { ciConfigPath: 'ci.yml' }, {}, 'Missing CI config file'],
    [
      'on a protected branch',
      {},
      { ref: 'main' },
      "You do not have sufficient permission to run a pipeline on 'main'. Please select a different branch or contact your administrator for assistance.",
    ],
    ['where CI is off', { jobsEnabled: false }, {}, 'Pipelines are disabled!'],
    [
      'with a variable twice',
      {},
      { variables: [...variables, ...variables] },
      'Duplicate variable name(s): A',
    ],
    [
      'with too many inputs',
      {},
      { inputs: Object.fromEntries(Array.from({ length: 21 }, (_, i) => [`i${i}`, 'x'])) },
      'There cannot be more than 20 inputs',
    ],
  ];
  test.each(cases)('%s', async (_name, settings, input, message) => {
    const { world, project, bot, api } = await setUp();
    await world.createBranch({ project, by: bot, branch: 'work', ref: 'main' });
    world.updateProject({ project, ...settings });
    const answer = await api(bot, 'POST', '/projects/:id/pipeline', { ref: 'work', ...input });
    expect(answer).toMatchObject({ status: 400, body: { message: { base: [message] } } });
    expect(world.state.pipelines.size).toBe(0);
  });

  test('of a Reporter', async () => {
    const { world, project, stranger, api } = await setUp();
    world.addMember({ project, user: stranger, level: 'reporter' });
    expect((await api(stranger, 'POST', '/projects/:id/pipeline', { ref: 'main' })).status).toBe(403);
  });

  test('with a CI file that is none', async () => {
    const { world, project, alice, api } = await setUp();
    await world.commit({
      project,
      by: alice,
      branch: 'main',
      message: 'm',
      actions: [{ action: 'update', path: '.gitlab-ci.yml', content: 'job: 1\n' }],
    });
    const answer = await api(alice, 'POST', '/projects/:id/pipeline', { ref: 'main' });
    expect(answer.body.message.base).toEqual(['jobs:job config should be a hash']);
  });
});

test('pipelines are found by ref, sha, status, source and user', async () => {
  const { world, project, alice, bot, api, gitlab } = await setUp();
  const sha = await world.createBranch({ project, by: bot, branch: 'work', ref: 'main' });
  const first = await world.createPipeline({ project, user: bot, ref: 'work' });
  const second = await world.createPipeline({ project, user: alice, ref: 'main', source: 'push' });
  world.finishPipeline({ pipeline: first, status: 'success' });
  const ids = async (query: string) =>
    (await api(bot, 'GET', `/projects/:id/pipelines?${query}`)).body.map(
      (pipeline: { id: number }) => pipeline.id,
    );
  expect(await ids('')).toEqual([second.id, first.id]);
  expect(await ids('ref=work')).toEqual([first.id]);
  expect(await ids(`sha=${sha}&sort=asc`)).toEqual([first.id, second.id]);
  expect(await ids('status=pending')).toEqual([second.id]);
  expect(await ids('source=api')).toEqual([first.id]);
  expect(await ids('username=alice')).toEqual([second.id]);
  expect(await ids('scope=finished')).toEqual([first.id]);
  expectNoViolations({ gitlab });
});

test('cancelling cancels what is not done', async () => {
  const { world, project, alice, bot, api } = await setUp();
  const pipeline = await world.createPipeline({ project, user: alice, ref: 'main' });
  world.startPipeline({ id: pipeline.id });
  const answer = await api(bot, 'POST', `/projects/:id/pipelines/${pipeline.id}/cancel`);
  expect(answer).toMatchObject({ status: 201, body: { status: 'canceled' } });
  expect([...world.state.jobs.values()].map((job) => job.status)).toEqual(['canceled']);
});

test('the CI lint knows a good file from a bad one', async () => {
  const { alice, api, gitlab } = await setUp();
  expect((await api(alice, 'GET', '/projects/:id/ci/lint')).body).toMatchObject({ valid: true, errors: [] });
  const bad = await api(alice, 'POST', '/projects/:id/ci/lint', { content: 'job:\n  image: x\n' });
  expect(bad.body).toMatchObject({
    valid: false,
    errors: ['jobs:job config should implement the script:, run:, or trigger: keyword'],
  });
  expectNoViolations({ gitlab });
});

test('the CI lint follows the local includes of a branch', async () => {
  const { alice, bot, api, gitlab } = await setUp();
  const lint = async (ref: string) => {
    const query = `content_ref=${ref}&include_jobs=true`;
    return (await api(alice, 'GET', `/projects/:id/ci/lint?${query}`)).body;
  };
  const entry = `include:
  - { local: ci/part.yml, inputs: { name: given } }
  - { local: ci/never.yml, rules: [{ if: $ANY }] }
`;
  const part =
    'spec: {inputs: {name: {default: x}, stage: {default: build}}}\n---\n"job-$[[ inputs.name ]]": {stage: "$[[ inputs.stage ]]", script: [ls]}';
  const commit = (action: object, more: object = {}) =>
    api(bot, 'POST', '/projects/:id/repository/commits', {
      branch: 'topic',
      commit_message: 'm',
      actions: [action],
      ...more,
    });
  await commit({ action: 'update', file_path: '.gitlab-ci.yml', content: entry }, { start_branch: 'main' });
  expect(await lint('topic')).toMatchObject({
    valid: false,
    errors: ['Local file `ci/part.yml` does not exist!'],
  });
  await commit({ action: 'create', file_path: 'ci/part.yml', content: part });
  expect(await lint('topic')).toMatchObject({ valid: true, jobs: [{ name: 'job-given', stage: 'build' }] });
  expect(await lint('main')).toMatchObject({ valid: true, jobs: [{ name: 'agent' }] });
  expect((await api(alice, 'GET', '/projects/:id/ci/lint?content_ref=none')).status).toBe(404);
  expectNoViolations({ gitlab });
});
