import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { describeWith } from '../support/needs.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { startRealGitLab } from './start-real.ts';
import { startReceiver } from './test-support/receiver.ts';

const ci = `stages: [work, check, report]
workflow:
  rules:
    - if: $CI_PIPELINE_SOURCE == "api"
    - if: $CI_COMMIT_MESSAGE =~ /build me/
agent:
  stage: work
  script:
    - echo "hello from $CI_PROJECT_PATH for $GITLAB_USER_LOGIN, $GREETING"
check:
  stage: check
  script: [echo begun, sleep $SECONDS_TO_SLEEP, exit 3]
after:
  stage: report
  script: [echo over]
`;

async function real() {
  const folder = await temporaryFolder();
  const gitlab = await startRealGitLab({ folder, subPath: '/gitlab' });
  onTestFinished(() => gitlab.close());
  const { world } = gitlab;
  const user = world.addUser({ username: 'alice', name: 'Alice' });
  const project = await world.addProject({
    path: 'acme/app',
    files: { '.gitlab-ci.yml': ci, 'a.txt': 'a\n' },
  });
  world.addMember({ project, user, level: 'maintainer' });
  const receiver = await startReceiver();
  world.addHook({ project, url: receiver.url, events: ['pipeline', 'push'] });
  const jobs = () => [...world.state.jobs.values()];
  const begin = (seconds: number) =>
    world.createPipeline({
      project,
      user,
      ref: 'main',
      variables: [
        { key: 'GREETING', value: 'good day', variableType: 'env_var' },
        { key: 'SECONDS_TO_SLEEP', value: String(seconds), variableType: 'env_var' },
      ],
    });
  return { folder, gitlab, world, user, project, receiver, jobs, begin };
}

describeWith(['git'], 'with real repositories and jobs', () => {
  test('jobs run, their logs are kept, and the pipeline follows them', async () => {
    const { gitlab, world, jobs, begin, receiver } = await real();
    const { id } = await begin(0);
    await expect.poll(() => world.state.pipelines.get(id)?.status, { timeout: 12_000 }).toBe('failed');
    expect(jobs().map((job) => `${job.name} ${job.status}`)).toEqual([
      'agent success',
      'check failed',
      'after skipped',
    ]);
    expect(jobs()[0]?.trace).toContain('hello from acme/app for alice, good day');
    await gitlab.webhooksSettled();
    const states = receiver.received.map(({ body }) => body.object_attributes.status);
    expect(states.sort()).toEqual(['failed', 'pending', 'running']);
  });

  test('a push makes a push event, moves the merge request, and starts a pipeline where rules say so', async () => {
    const { folder, gitlab, world, user, project, receiver } = await real();
    const author = { name: 'A', email: 'a@example.com' };
    const actions = [{ action: 'create', path: 'b', content: 'b' }] as const;
    const first = { branch: 'topic', startRef: 'main', message: 'm', author, actions };
    await world.state.repositories.get(project.id)?.commit(first);
    const mr = await world.openMergeRequest({ project, author: user, title: 'T', sourceBranch: 'topic' });

    const git = async (...args: string[]) => promisify(execFile)('git', args, { cwd: folder });
    const { value } = world.addToken({ user, scopes: ['write_repository'] });
    const url = gitlab.url.replace('://', `://oauth2:${value}@`);
    await git('clone', '-q', '-b', 'topic', `${url}/acme/app.git`, 'clone');
    expect(await readFile(join(folder, 'clone/a.txt'), 'utf8')).toBe('a\n');
    const who = ['-c', 'user.name=A', '-c', 'user.email=a@example.com'];
    await git('-C', 'clone', ...who, 'commit', '-q', '--allow-empty', '-m', 'build me');
    await git('-C', 'clone', 'push', '-q');
    await gitlab.webhooksSettled();
    const push = receiver.received.find(({ body }) => body.object_kind === 'push')?.body;
    expect(push).toMatchObject({
      ref: 'refs/heads/topic',
      before: mr.sha,
      user_username: 'alice',
      total_commits_count: 1,
    });
    expect(world.state.mergeRequests.get(mr.id)?.sha).toBe(push.after);
    expect([...world.state.pipelines.values()]).toMatchObject([{ source: 'push', sha: push.after }]);

    const reader = world.addToken({ user, scopes: ['read_repository'] }).value;
    await git('-C', 'clone', ...who, 'commit', '-q', '--allow-empty', '-m', 'more');
    const denied = git('-C', 'clone', 'push', '-q', `${url.replace(value, reader)}/acme/app.git`);
    await expect(denied).rejects.toThrow(/403|denied|not allowed/i);
  });

  test('a cancelled pipeline stops its job', async () => {
    const { gitlab, world, jobs, begin } = await real();
    const { id } = await begin(60);
    await expect.poll(() => jobs()[1]?.trace, { timeout: 12_000 }).toContain('begun');
    world.cancelPipeline({ id });
    expect(jobs().map((job) => job.status)).toEqual(['success', 'canceled', 'canceled']);
    const token = [...world.state.tokens.values()].find((one) => one.jobId === jobs()[1]?.id);
    // The job's token goes when the job has really stopped.
    await expect.poll(() => world.state.tokens.get(token?.id ?? 0)?.revoked, { timeout: 5000 }).toBe(true);
    expect(gitlab.violations).toEqual([]);
  });
});
