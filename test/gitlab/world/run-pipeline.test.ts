import { expect, test } from 'vitest';
import type { JobResult, Runner } from '../ports.ts';
import { setUp } from '../test-support/setup.ts';

/** A runner whose jobs end when the test says so. */
function handRunner(stages: readonly string[]) {
  const ends = new Map<string, (result: JobResult['status']) => void>();
  const seen: { variables: Readonly<Record<string, string>>; secrets: readonly string[] }[] = [];
  const runner: Runner = {
    plan: async () => ({ jobs: stages.map((stage, index) => ({ name: `${stage}-${index}`, stage })) }),
    run: (request, job, { onLog, signal }) => {
      seen.push({ variables: request.predefined, secrets: request.projectVariables.map(({ key }) => key) });
      onLog(`${job.name} runs\n`);
      return new Promise((resolve) => {
        ends.set(job.name, (status) => resolve({ status, exitCode: status === 'success' ? 0 : 1 }));
        signal.addEventListener('abort', () => resolve({ status: 'canceled', exitCode: undefined }));
      });
    },
  };
  return { runner, ends, seen };
}

async function begun(stages: readonly string[]) {
  const hand = handRunner(stages);
  const setup = await setUp({ runner: hand.runner, pushPipelines: false });
  const { world, project, alice } = setup;
  const states: string[] = [];
  world.listen((event) => {
    if (event.type === 'pipeline') states.push(event.pipeline.status);
  });
  const { id } = await world.createPipeline({ project, user: alice, ref: 'main' });
  const jobs = () => [...world.state.jobs.values()].map((job) => job.status);
  const end = async (name: string, status: JobResult['status']) => {
    await expect.poll(() => hand.ends.has(name)).toBe(true);
    hand.ends.get(name)?.(status);
  };
  return { ...setup, ...hand, id, states, jobs, end };
}

test('a stage waits for the one before it, and each state of the pipeline is told once', async () => {
  const { jobs, end, states, world, id } = await begun(['build', 'build', 'test']);
  expect(jobs()).toEqual(['pending', 'pending', 'created']);
  await end('build-0', 'success');
  await expect.poll(jobs).toEqual(['success', 'running', 'created']);
  await end('build-1', 'success');
  await expect.poll(jobs).toEqual(['success', 'success', 'running']);
  await end('test-2', 'success');
  await expect.poll(() => world.state.pipelines.get(id)?.status).toBe('success');
  expect(states).toEqual(['pending', 'running', 'success']);
  expect(world.state.jobs.values().next().value?.trace).toBe('build-0 runs\n');
});

test('what follows a failure is skipped', async () => {
  const { jobs, end, states } = await begun(['build', 'test', 'deploy']);
  await end('build-0', 'failed');
  await expect.poll(jobs).toEqual(['failed', 'skipped', 'skipped']);
  expect(states).toEqual(['pending', 'running', 'failed']);
});

test('a cancelled pipeline aborts its job, and closing cancels what runs', async () => {
  const { jobs, world, id, gitlab } = await begun(['build', 'test']);
  await expect.poll(jobs).toEqual(['running', 'created']);
  world.cancelPipeline({ id });
  expect(jobs()).toEqual(['canceled', 'canceled']);
  await expect.poll(() => world.background.size).toBe(0);
  const second = await world.createPipeline({ project: 'acme/app', user: 'alice', ref: 'main' });
  await gitlab.close();
  expect(world.state.pipelines.get(second.id)?.status).toBe('canceled');
});

test('jobs get predefined variables and a token of their own, and protected variables on protected refs only', async () => {
  const { world, project, alice, bot, seen, gitlab, end, runner } = await begun(['build']);
  await end('build-0', 'success');
  expect(runner).toBeDefined();
  const variables = seen[0]?.variables ?? {};
  expect(variables).toMatchObject({
    CI_PROJECT_PATH: 'acme/app',
    CI_PIPELINE_SOURCE: 'api',
    CI_COMMIT_REF_NAME: 'main',
    CI_API_V4_URL: `${gitlab.url}/api/v4`,
    GITLAB_USER_LOGIN: 'alice',
    CI_JOB_NAME: 'build-0',
  });
  world.setVariable({ project, key: 'OPEN', value: 'x' });
  world.setVariable({ project, key: 'CLOSED', value: 'x', protected: true });
  await world.createBranch({ project, by: bot, branch: 'work', ref: 'main' });
  await world.createPipeline({ project, user: bot, ref: 'work' });
  await world.createPipeline({ project, user: alice, ref: 'main' });
  await expect.poll(() => seen.length).toBe(3);
  expect(
    seen
      .slice(1)
      .map(({ secrets }) => secrets)
      .sort(),
  ).toEqual([['OPEN'], ['OPEN', 'CLOSED']]);
});

test('a job token reads through its own header, writes nothing, and ends with the job', async () => {
  const { world, project, alice, seen, gitlab, end } = await begun(['build']);
  world.openIssue({ project, author: alice, title: 'Bug' });
  await expect.poll(() => seen.length).toBe(1);
  const token = String(seen[0]?.variables.CI_JOB_TOKEN);
  const ask = async (header: string, method = 'GET') => {
    const url = `${gitlab.url}/api/v4/projects/${project.id}/issues/1/notes`;
    const body = method === 'POST' ? { body: new URLSearchParams({ body: 'x' }) } : {};
    return (await fetch(url, { method, headers: { [header]: token }, ...body })).status;
  };
  expect(await ask('job-token')).toBe(200);
  expect(await ask('job-token', 'POST')).toBe(401);
  expect(await ask('private-token')).toBe(401);
  await end('build-0', 'success');
  await expect.poll(() => ask('job-token')).toBe(401);
});

test('a plan without jobs or with an error makes no pipeline', async () => {
  const plans = [{ jobs: [] }, { error: 'jobs:x config should be a hash' }];
  const runner: Runner = {
    plan: async () => plans.shift() ?? { jobs: [] },
    run: async () => ({ status: 'success', exitCode: 0 }),
  };
  const { api, alice, world } = await setUp({ runner, pushPipelines: false });
  const start = async () =>
    (await api(alice, 'POST', '/projects/:id/pipeline', { ref: 'main' })).body.message.base;
  expect(await start()).toEqual([
    'The resulting pipeline would have been empty. Review the rules configuration for the relevant jobs.',
  ]);
  expect(await start()).toEqual(['jobs:x config should be a hash']);
  expect(world.state.pipelines.size).toBe(0);
});
