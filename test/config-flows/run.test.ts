import { spawnSync } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startRealGitLab } from '../gitlab/start-real.ts';
import { notesOf } from '../gitlab/world/lookup.ts';
import { describeWith } from '../support/needs.ts';
import { newFolder, temporaryFolder } from '../support/temporary.ts';
import { FLOW_NAMES } from './flow-files.ts';
import { runFlow } from './job.ts';
import { NEEDED_VARIABLES } from './needed-variables.ts';

const SHELLS = ['bash', 'dash'].filter((shell) => spawnSync(shell, ['-c', ':']).status === 0);
const NEEDED: Readonly<Record<string, Readonly<Record<string, string>>>> = NEEDED_VARIABLES;
const BRANCH = 'workloads/r0123456789abcde';
const HOSTILE = `$HOME \`touch pwned\` $(touch pwned) %CI_JOB_TOKEN% "double" 'single' \\n \\\\
END_OF_INSTRUCTIONS
BECKON_END
--version 🎉\r\n\ttabbed\n\n`;

let folder = '';
let gitlab: Awaited<ReturnType<typeof startRealGitLab>>;
let projects = 0;
const tokens = { agent: '', job: '' };

/** A project with a workload branch and an issue, and a job on it. */
async function play(
  { flow = 'claude', shell = 'bash' }: { flow?: string; shell?: string },
  behaviour: string,
  { values = {}, env = {} }: { values?: Record<string, string>; env?: Record<string, string> } = {},
) {
  const { world } = gitlab;
  projects += 1;
  const path = `acme/p${projects}`;
  const project = await world.addProject({ path, visibility: 'public' });
  for (const user of ['agent', 'alice']) world.addMember({ user, project, level: 'developer' });
  const repository = world.state.repositories.get(project.id);
  const main = (await repository?.resolve('main')) ?? '';
  await repository?.createBranch(BRANCH, main);
  const issue = world.openIssue({ project, author: 'alice', title: 'It breaks' });
  const asked = world.comment({ issue, author: 'alice', body: 'please' });
  const job = await runFlow({
    flow,
    shell,
    behaviour,
    folder: await temporaryFolder(),
    cloneUrl: gitlab.url.replace('://', `://x:${tokens.job}@`).concat(`/${path}.git`),
    commitId: main,
    values: {
      AI_FLOW_EVENT: 'mention',
      AI_FLOW_INPUT: HOSTILE,
      AI_FLOW_CONTEXT: JSON.stringify({ iid: issue.iid, title: HOSTILE }),
      AI_FLOW_ID: 'r0123456789abcde',
      AI_FLOW_AGENT: 'fake',
      AI_FLOW_RESOURCE_TYPE: 'issue',
      AI_FLOW_RESOURCE_IID: String(issue.iid),
      AI_FLOW_DISCUSSION_ID: asked?.discussionId ?? '',
      CI_WORKLOAD_REF: BRANCH,
      GIT_AUTHOR_NAME: 'Fake Bot',
      GIT_AUTHOR_EMAIL: 'fake@example.com',
      GIT_COMMITTER_NAME: 'Alice',
      GIT_COMMITTER_EMAIL: 'alice@example.com',
      ...values,
    },
    env: {
      GITLAB_TOKEN: tokens.agent,
      AI_FLOW_GITLAB_TOKEN: tokens.agent,
      GITLAB_TOKEN_FAKE: tokens.agent,
      CI_JOB_TOKEN: tokens.job,
      CI_REPOSITORY_URL: `http://gitlab-ci-token:${tokens.job}@gitlab.example.com/${path}.git`,
      CI_PROJECT_URL: `${gitlab.url}/${path}`,
      CI_PROJECT_ID: String(project.id),
      CI_API_V4_URL: `${gitlab.url}/api/v4`,
      ...NEEDED[flow],
      ...env,
    },
  });
  const text = async (file: string) => {
    const found = await repository?.readFile(BRANCH, file);
    return found === undefined ? undefined : Buffer.from(found.content).toString();
  };
  const commits = ((await repository?.log(BRANCH, {})) ?? []).slice(0, -1);
  const notes = notesOf(issue, world.state).filter(({ id }) => id !== asked?.id);
  return { ...job, text, commits, notes, discussionId: asked?.discussionId, issue, world };
}

const NEW_FILE = 'echo new > new.txt; rm README.md; echo Done.';

describeWith(['git', 'curl'], 'the shipped flows with a stand-in for their tools', () => {
  beforeAll(async () => {
    folder = await newFolder();
    gitlab = await startRealGitLab({ folder });
    const { world } = gitlab;
    const agent = world.addUser({ username: 'agent', bot: true });
    const alice = world.addUser({ username: 'alice' });
    tokens.agent = world.addToken({ user: agent, scopes: ['api'] }).value;
    tokens.job = world.addToken({ user: alice, scopes: ['read_repository', 'write_repository'] }).value;
  });
  afterAll(async () => {
    expect(gitlab.violations).toEqual([]);
    await gitlab.close();
    await rm(folder, { recursive: true, force: true });
  });

  const everyFlow = FLOW_NAMES.flatMap((flow) => SHELLS.map((shell) => ({ flow, shell })));

  it.each(everyFlow)('$flow commits, pushes and answers in $shell', async (where) => {
    const job = await play(where, NEW_FILE);
    expect(job.code, job.log).toBe(0);
    expect(job.commits).toMatchObject([
      {
        message: 'Changes by fake for issue #1\n',
        author: { name: 'Fake Bot', email: 'fake@example.com' },
        committer: { name: 'Alice', email: 'alice@example.com' },
      },
    ]);
    expect([await job.text('new.txt'), await job.text('README.md')]).toEqual(['new\n', undefined]);
    expect(job.notes).toMatchObject([
      { body: expect.stringMatching(/^Done\.\n?$/), discussionId: job.discussionId },
    ]);
  });

  it.each(everyFlow)('$flow tells its tool everything byte for byte in $shell', async (where) => {
    const job = await play(where, ':');
    expect(job.stdin).toContain(`\n----- input of r0123456789abcde -----\n${HOSTILE}\n-----`);
    expect(job.stdin).toContain(`\n${JSON.stringify({ iid: 1, title: HOSTILE })}\n----- end of`);
    expect(job.stdin).toContain('Your task: do what the input, a comment that calls you, asks for.');
    expect(job.argv).not.toContain('pwned');
  });

  it.each(everyFlow)('$flow shows no token to its tool or in a command in $shell', async (where) => {
    const job = await play(where, NEW_FILE);
    expect(job.env).toContain('AI_FLOW_EVENT=mention');
    expect(job.calls).toContain('/notes');
    for (const seen of [job.env, job.argv, job.calls, job.gitConfig, job.stdin, job.log])
      for (const token of Object.values(tokens)) expect(seen).not.toContain(token);
  });

  it.each(everyFlow)('$flow fails with its tool in $shell', async (where) => {
    const job = await play(where, 'echo new > new.txt; echo "no credit" >&2; exit 7');
    expect(job.code).toBe(7);
    expect(job.log).toContain('no credit');
    expect([job.commits, job.notes]).toEqual([[], []]);
  });

  it('what the agent committed itself is pushed with the rest, past hooks that it left', async () => {
    const hook = '#!/bin/sh\\necho hooked; exit 1\\n';
    const job = await play(
      {},
      `echo a > a; git add a; git commit --quiet -m own; echo b > b
      for name in pre-commit pre-push; do printf '${hook}' > .git/hooks/$name; chmod +x .git/hooks/$name; done`,
    );
    expect(job.code, job.log).toBe(0);
    expect(job.commits.map(({ message }) => message)).toEqual(['Changes by fake for issue #1\n', 'own\n']);
    expect(job.log).not.toContain('hooked');
  });

  it.each(SHELLS)('an agent that only answers pushes nothing in %s', async (shell) => {
    const job = await play({ shell }, 'echo "It is 42."');
    expect(job.code, job.log).toBe(0);
    expect(job.log).toContain('there is nothing to push');
    expect([job.commits.length, job.notes.length]).toEqual([0, 1]);
  });

  it.each(SHELLS)('GitLab acts on no line of the answer in %s', async (shell) => {
    const lines = '/close\\n  /label ~x\\n\\r/title oops\\na /close b\\n```\\n/close\\n```';
    const job = await play({ shell }, `printf '${lines}\\n'`);
    expect(job.notes[0]?.body.trimEnd()).toBe(
      '\\/close\n  \\/label ~x\n\r\\/title oops\na /close b\n```\n\\/close\n```',
    );
    expect(job.world.state.issues.get(job.issue.id)).toMatchObject({ state: 'opened', title: 'It breaks' });
  });

  it.each(SHELLS)('a long answer is cut at a line in %s', async (shell) => {
    const job = await play({ shell }, 'for i in {1..10000}; do echo "line ä $i"; done');
    const body = job.notes[0]?.body ?? '';
    expect(Buffer.byteLength(body)).toBeGreaterThan(50_000);
    expect(Buffer.byteLength(body)).toBeLessThan(60_100);
    expect(body).toMatch(/\nline ä \d+\n\n\[The rest of the answer is in the log of the job\.\]\n?$/);
  });

  it('an answer that says nothing is not posted', async () => {
    expect((await play({}, 'printf " \\n\\n"')).notes).toEqual([]);
  });

  it('without a token of the agent the token of the job pushes, and nothing is posted', async () => {
    const none = { GITLAB_TOKEN: '', AI_FLOW_GITLAB_TOKEN: '', GITLAB_TOKEN_FAKE: '' };
    const job = await play({}, NEW_FILE, { env: none });
    expect(job.code, job.log).toBe(0);
    expect([job.commits.length, job.notes.length]).toEqual([1, 0]);
  });

  it('without an issue or merge request nothing is posted', async () => {
    const values = { AI_FLOW_EVENT: 'scheduled', AI_FLOW_RESOURCE_TYPE: '', AI_FLOW_RESOURCE_IID: '' };
    const job = await play({}, NEW_FILE, { values });
    expect(job.code, job.log).toBe(0);
    expect(job.commits[0]?.message).toBe('Changes by fake\n');
    expect(job.notes).toEqual([]);
  });

  it('an answer that GitLab refuses is said and fails nothing', async () => {
    const job = await play({}, NEW_FILE, { values: { AI_FLOW_DISCUSSION_ID: '0'.repeat(40) } });
    expect(job.code, job.log).toBe(0);
    expect(job.log).toContain('The answer could not be posted in the thread');
    expect(job.commits).toHaveLength(1);
  });

  it.each([
    ['assign', 'Resolve it.'],
    ['assign_reviewer', 'review the merge request'],
    ['api', 'do what the input asks for'],
    ['label', 'the event label happened'],
  ])('%s is a task of its own', async (event, task) => {
    expect((await play({}, ':', { values: { AI_FLOW_EVENT: event } })).stdin).toContain(task);
  });
});
