import { join } from 'node:path';
import { fastify } from 'fastify';
import { expect, onTestFinished, test } from 'vitest';
import { createRepository } from '../gitlab/git/repository.ts';
import { type SmartHttpOptions, smartHttp } from '../gitlab/git/smart-http.ts';
import type { PipelineRequest } from '../gitlab/ports.ts';
import { createRunner } from '../gitlab/runner/runner.ts';
import { variable } from '../gitlab/runner/test-support/project.ts';
import { describeWith } from '../support/needs.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { projectFiles } from './template-files.ts';

const ann = { name: 'Ann', email: 'ann@example.com' };
const TOKEN = 'glpat-of-claude-code';

/** What a project sets for all of its jobs, in the file that includes the agent's. */
const OF_OTHERS = `
default: {before_script: [echo the set-up of the other jobs]}
variables: {GLOBAL: of the other jobs}
`;

/** What an agent's flow comes down to: work, commit, push with the token that never touches an argument. */
const flow = `set -e
export CI_WORKLOAD_REF=workloads/x
export GIT_AUTHOR_NAME=Claude GIT_AUTHOR_EMAIL=claude@example.com
export GIT_COMMITTER_NAME=Claude GIT_COMMITTER_EMAIL=claude@example.com
printf '%s' 'costs $5 & %CI_JOB_TOKEN% $(id)' > answer.txt
echo "seen: $GLOBAL/$ONLY_CLAUDE/$ONLY_CODEX"
git config --list
git add --all
git commit --quiet --message 'Answer'
git -c credential.helper= -c credential.helper='!f() { echo username=oauth2; echo "password=$GITLAB_TOKEN"; }; f' \\
  push --quiet "$CI_PROJECT_URL.git" "HEAD:refs/heads/$CI_WORKLOAD_REF"
`;

const script = Buffer.from(flow).toString('base64');

/** What starts the agent's job, each way for one of the two jobs. */
const WAYS = [
  {
    job: 'external-agent',
    way: 'variables',
    inputs: {},
    variables: [
      variable('AI_FLOW_EVENT', 'mention'),
      variable('AI_FLOW_AGENT', 'claude-code'),
      variable('AI_FLOW_SCRIPT', script, 'file'),
    ],
  },
  {
    job: 'external-agent-extended',
    way: 'inputs',
    inputs: {
      ai_flow_event: 'mention',
      ai_flow_agent: 'claude-code',
      ai_flow_script: script,
      ai_flow_extended: 'true',
    },
    variables: [],
  },
];

/** A project `group/project`, served over HTTP; fetching takes the job token, pushing the token of the agent. */
async function hosted({ inputs, variables }: (typeof WAYS)[number]) {
  const folder = await temporaryFolder();
  const repository = await createRepository(join(folder, 'project.git'), { defaultBranch: 'main' });
  const { files } = await projectFiles('gitlab-ci-inputs.yml');
  const actions = Object.entries({
    ...files,
    '.gitlab-ci.yml': `${files['.gitlab-ci.yml']}\n${OF_OTHERS}`,
  }).map(([path, content]) => ({ action: 'create', path, content }) as const);
  const first = await repository.commit({ branch: 'main', message: 'Start', author: ann, actions });
  await repository.createBranch('workloads/x', first);
  const app = fastify();
  app.register(smartHttp, {
    prefix: '/gitlab',
    find: async (path: string) =>
      path !== 'group/project'
        ? undefined
        : {
            repository,
            may: async ({ password }, right) =>
              password === TOKEN || (password === 'job' && right === 'read'),
          },
    onPush: () => undefined,
  } satisfies SmartHttpOptions & { prefix: string });
  const url = `${await app.listen({ host: '127.0.0.1', port: 0 })}/gitlab`;
  onTestFinished(() => app.close());
  const gitUrl = (path: string) => `${url.replace('://', '://gitlab-ci-token:job@')}/${path}.git`;
  const runner = createRunner({ workDir: join(folder, 'jobs'), gitUrl });
  const request: PipelineRequest = {
    repository,
    commitId: first,
    ref: 'workloads/x',
    source: 'api',
    ciConfigPath: '.gitlab-ci.yml',
    inputs,
    predefined: { CI_PROJECT_PATH: 'group/project', CI_PROJECT_URL: `${url}/group/project` },
    variables,
    projectVariables: [
      { ...variable('GITLAB_TOKEN_CLAUDE_CODE', TOKEN), environmentScope: 'ai-flow/claude-code' },
      { ...variable('ONLY_CLAUDE', 'yes'), environmentScope: 'ai-flow/claude-code' },
      { ...variable('ONLY_CODEX', 'yes'), environmentScope: 'ai-flow/codex' },
    ],
  };
  return { repository, runner, request, first };
}

describeWith(['git'], "the agent's job", () => {
  test.each(WAYS)(
    '$job by $way runs a flow that commits and pushes with the token of the agent',
    async (given) => {
      const { repository, runner, request, first } = await hosted(given);
      let log = '';
      const hooks = {
        onLog: (chunk: string) => {
          log += chunk;
        },
        signal: new AbortController().signal,
      };
      const result = await runner.run(request, { name: given.job, stage: 'test' }, hooks);
      expect(result, log).toEqual({ status: 'success', exitCode: 0 });
      const [commit] = await repository.log('workloads/x', { since: first });
      expect(commit).toMatchObject({
        parentIds: [first],
        author: { name: 'Claude', email: 'claude@example.com' },
      });
      const answer = await repository.readFile('workloads/x', 'answer.txt');
      expect(new TextDecoder().decode(answer?.content)).toBe('costs $5 & %CI_JOB_TOKEN% $(id)');
      expect(await repository.diff(first, 'workloads/x')).toHaveLength(1);
      // Neither the other jobs' set-up and variables nor the other agent's keys are there.
      expect(log).toContain('seen: /yes/\n');
      expect(log).not.toContain('of the other jobs');
      expect(log).toContain('remote.origin.url=http://127.0.0.1');
      for (const secret of [TOKEN, 'gitlab-ci-token', btoa('gitlab-ci-token:job')])
        expect(log).not.toContain(secret);
      expect(await repository.resolve('main')).toBe(first);
    },
  );
});
