import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { publicKeyOf } from '../../src/lib/signing-key.ts';
import { newSigningKey } from '../support/signing-key.ts';
import { AGENT_FILE, openScene, PROJECT } from './scene.ts';
import { type ShippedProgram, shippedProgram } from './shipped-program.ts';

const template = (name: string) => readFileSync(new URL(`../../config/ci/${name}`, import.meta.url), 'utf8');
const agentJob = template('external-agent.yml');
const BRANCH = 'beckon/external-agent';
const own = 'build: {stage: build, script: [echo build]}\nunit: {stage: test, script: [echo unit]}\n';
/** Each test starts the program several times, on a machine that may be busy. */
const LIMIT = 60_000;

let program: ShippedProgram;
beforeAll(() => {
  program = shippedProgram();
});
afterAll(() => program.remove());

/** A project in which everything is right. */
const rightFiles = {
  '.gitlab-ci.yml': template('gitlab-ci.yml'),
  [AGENT_FILE]: agentJob,
  '.gitlab/ci/main.yml': own,
};

describe('beckon ci', { timeout: LIMIT }, () => {
  it('says that a project has all it needs', async () => {
    const { ci, gitlab } = await openScene({
      program,
      operator: 'maintainer',
      project: { files: rightFiles },
    });
    const { status, stdout, stderr } = await ci();
    expect({ stdout, stderr }).toEqual({
      stdout: `${PROJECT} (GitLab 18.9, default branch main)
  ✓ claude-bot is Developer.
  ✓ .gitlab-ci.yml includes the agent's job (${AGENT_FILE}).
  ✓ ${AGENT_FILE} is the one of this Beckon.
  ✓ pipeline variables: the agents may set them.

Nothing to do.
`,
      stderr: '',
    });
    expect(status).toBe(0);
    expect((await ci('--merge-request')).stdout).toMatch(/Nothing to do\.\n$/);
    expect(gitlab.violations).toEqual([]);
  });

  it('prints what is missing, files whole, and changes nothing', async () => {
    const { ci, gitlab, file } = await openScene({
      program,
      operator: 'maintainer',
      project: { files: { '.gitlab-ci.yml': own } },
    });
    const { status, stdout } = await ci();
    expect(status).toBe(1);
    expect(stdout).toContain("\n  ✗ .gitlab-ci.yml does not include the agent's job.\n");
    expect(stdout).toContain('Move .gitlab-ci.yml to .gitlab/ci/main.yml, as it is.');
    expect(stdout).toContain(agentJob.trimEnd());
    expect(stdout).toMatch(/beckon ci acme\/web\/shop --merge-request\n$/);
    expect(await file(AGENT_FILE)).toBeUndefined();
    expect(gitlab.requests.every(({ method }) => method === 'GET')).toBe(true);
  });

  it('answers machines', async () => {
    const { ci } = await openScene({ program, operator: 'maintainer' });
    const { status, stdout } = await ci('--json');
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      project: PROJECT,
      findings: [{ state: 'ok' }, { state: 'wrong', text: 'There is no .gitlab-ci.yml.' }, { state: 'ok' }],
      files: [
        { action: 'create', path: AGENT_FILE, content: agentJob },
        { action: 'create', path: '.gitlab-ci.yml' },
      ],
      obstacle: null,
      mergeRequest: null,
    });
  });

  it('names the place where a central configuration has to change, and does not change it', async () => {
    const { ci, world, mergeRequests } = await openScene({
      program,
      operator: 'maintainer',
      project: { ciConfigPath: 'all.yml@acme/ci' },
    });
    const central = await world.addProject({ path: 'acme/ci', files: { 'all.yml': own } });
    world.addMember({ project: central, user: 'olga', level: 'reporter' });
    const { status, stdout } = await ci('--merge-request');
    expect(status).toBe(1);
    expect(stdout).toContain("✗ all.yml of the project acme/ci does not include the agent's job.");
    expect(stdout).toContain('In the project acme/ci:');
    expect(stdout).toContain('New file external-agent.yml:');
    expect(stdout).toMatch(/Not by --merge-request: .*other projects may depend on it\.\n$/);
    expect(mergeRequests()).toEqual([]);
  });

  it('names the setting to change where inputs are too new', async () => {
    const { ci, gitlab } = await openScene({
      program,
      operator: 'maintainer',
      gitlab: { version: '18.0.2' },
      project: { files: rightFiles, pipelineVariablesRole: 'maintainer' },
    });
    const { status, stdout } = await ci();
    expect(status).toBe(1);
    expect(stdout).toContain(
      '✗ pipeline variables: only Maintainers may set them; claude-bot is Developer.\n',
    );
    expect(stdout).toContain(`need GitLab 18.1: ${gitlab.url}/${PROJECT}/-/settings/ci_cd`);
    expect(stdout).not.toContain('--merge-request');
  });

  it('does with the token of the agent, and says what it cannot see', async () => {
    const { ci } = await openScene({ program, project: { files: rightFiles } });
    const { status, stdout } = await ci();
    expect(stdout).toContain('? pipeline variables: who may set them is shown to Maintainers only.');
    expect(status).toBe(0);
  });

  it('says whose token GitLab refused, and the role that is missing', async () => {
    const { ci, world } = await openScene({ program, operator: 'reporter' });
    const refused = await ci('--merge-request');
    expect(refused.status).toBe(1);
    expect(refused.stderr).toMatch(
      /^GitLab, asked with gitlab\.token of the config: .*403.*\n.*Developer in acme\/web\/shop/,
    );
    const hidden = await program.beckon(['ci', 'acme/other']);
    expect(hidden.status).toBe(1);
    expect(hidden.stderr).toMatch(/404.*\nIs acme\/other the full path of a project\?/);
    for (const token of world.state.tokens.values()) {
      expect(refused.stderr + hidden.stderr).not.toContain(token.value);
    }
  });

  it('says that no token fits', async () => {
    await openScene({ program });
    const { status, stderr } = await program.beckon(['ci', 'other/project']);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^No trigger of the config covers other\/project.*\nSet gitlab\.token/);
  });
});

describe('beckon ci --merge-request', { timeout: LIMIT }, () => {
  it('moves what is there, once, and is done when that is merged', async () => {
    const { ci, gitlab, world, file, mergeRequests, commitsOf } = await openScene({
      program,
      operator: 'maintainer',
      project: { files: { '.gitlab-ci.yml': own } },
    });
    const first = await ci('--merge-request');
    expect(first).toMatchObject({ status: 0, stderr: '' });
    expect(first.stdout).toMatch(
      /GitLab accepts the new configuration \(jobs: build, unit\)\.\nThe merge request is opened: http\S+merge_requests\/1\n$/,
    );
    expect(await file('.gitlab/ci/main.yml', BRANCH)).toBe(own);
    expect(await file(AGENT_FILE, BRANCH)).toBe(agentJob);
    expect(mergeRequests()).toMatchObject([
      { sourceBranch: BRANCH, targetBranch: 'main', description: expect.stringContaining('AI_FLOW_EVENT') },
    ]);

    const before = gitlab.requests.length;
    expect((await ci('--merge-request')).stdout).toContain('The merge request is unchanged: ');
    expect(gitlab.requests.slice(before).every(({ method }) => method === 'GET')).toBe(true);

    await world.commit({
      project: PROJECT,
      by: 'olga',
      branch: 'main',
      message: 'More jobs',
      actions: [{ action: 'update', path: '.gitlab-ci.yml', content: `${own}more: {script: [ls]}\n` }],
    });
    expect((await ci('--merge-request')).stdout).toContain('The merge request is updated: ');
    expect(await file('.gitlab/ci/main.yml', BRANCH)).toContain('more:');
    expect(await commitsOf(BRANCH)).toBe(1);
    expect(mergeRequests()).toHaveLength(1);

    const [mergeRequest] = mergeRequests();
    if (mergeRequest === undefined) throw new Error('there is no merge request');
    await world.merge({ mergeRequest, by: 'olga' });
    expect(await ci()).toMatchObject({ status: 0, stdout: expect.stringContaining('Nothing to do.') });
    expect(gitlab.violations).toEqual([]);
  });

  it('takes another path for the own jobs where the usual one is taken', async () => {
    const { ci, file } = await openScene({
      program,
      operator: 'maintainer',
      project: { files: { '.gitlab-ci.yml': own, '.gitlab/ci/main.yml': 'x: {script: [ls]}\n' } },
    });
    expect(await ci('--merge-request')).toMatchObject({ status: 0 });
    expect(await file('.gitlab/ci/project.yml', BRANCH)).toBe(own);
    expect(await file('.gitlab-ci.yml', BRANCH)).toContain('- local: .gitlab/ci/project.yml\n');
  });

  it('works in a project without CI, and with a CI file at another path', async () => {
    const { ci, file, world, project } = await openScene({ program, operator: 'maintainer' });
    expect(await ci('--merge-request')).toMatchObject({ status: 0 });
    expect(await file('.gitlab-ci.yml', BRANCH)).not.toContain('main.yml\n');
    world.updateProject({ project, ciConfigPath: 'ci/all.yml' });
    expect((await ci('--merge-request')).stdout).toContain('The merge request is updated: ');
    expect(await file('ci/all.yml', BRANCH)).toContain(AGENT_FILE);
    expect(await file('.gitlab-ci.yml', BRANCH)).toBeUndefined();
  });

  it('brings an old job up to date, and nothing else', async () => {
    const files = { ...rightFiles, [AGENT_FILE]: 'old: {script: [ls]}\n' };
    const { ci, mergeRequests, file } = await openScene({
      program,
      operator: 'maintainer',
      project: { files },
    });
    expect(await ci()).toMatchObject({ status: 1, stdout: expect.stringContaining('another version') });
    expect(await ci('--merge-request')).toMatchObject({ status: 0 });
    expect(mergeRequests()).toMatchObject([{ title: 'Update the CI job of external agents' }]);
    expect(await file(AGENT_FILE, BRANCH)).toBe(agentJob);
    expect(await file('.gitlab-ci.yml', BRANCH)).toBe(files['.gitlab-ci.yml']);
  });

  it('has inputs taken where nobody may set variables', async () => {
    const { ci, file } = await openScene({
      program,
      operator: 'maintainer',
      project: { files: { '.gitlab-ci.yml': own }, pipelineVariablesRole: 'no_one_allowed' },
    });
    const { status, stdout } = await ci('--merge-request');
    expect(status).toBe(0);
    expect(stdout).toContain('✗ pipeline variables: nobody may set them; claude-bot is Developer.\n');
    expect(stdout).toContain('The merge request is opened: ');
    expect(await file('.gitlab-ci.yml', BRANCH)).toMatch(/^spec:\n {2}inputs:[\s\S]*ai_flow_script:/m);
  });

  it('has the job ask for the signature where runs are signed, and never shows the key', async () => {
    const signingKey = newSigningKey();
    const { ci, file, world, mergeRequests } = await openScene({
      program,
      operator: 'maintainer',
      signingKey,
      isReal: true,
      project: { files: rightFiles },
      gitlab: { pushPipelines: false },
    });
    const before = await ci();
    expect(before).toMatchObject({
      status: 1,
      stdout: expect.stringMatching(/✗ signature: .* nobody signed/),
    });
    const asked = `- local: ${AGENT_FILE}\n    inputs:\n      accounts: "claude-bot"\n      signers: "${publicKeyOf(signingKey)}"\n`;
    expect(before.stdout).toContain(asked);
    expect(await ci('--merge-request')).toMatchObject({ status: 0 });
    expect(await file('.gitlab-ci.yml', BRANCH)).toContain(asked);
    const [mergeRequest] = mergeRequests();
    if (mergeRequest === undefined) throw new Error('there is no merge request');
    await world.merge({ mergeRequest, by: 'olga' });
    const after = await ci();
    expect(after).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/✓ signature: .* only what Beckon signed/),
    });
    const [, secret = 'none'] = signingKey.split('\n');
    expect([before, after].some(({ stdout, stderr }) => `${stdout}${stderr}`.includes(secret))).toBe(false);
  });

  it.each([
    ['has inputs of its own', { '.gitlab-ci.yml': `spec: {inputs: {env: {default: a}}}\n---\n${own}` }],
    ['was written by hand', { ...rightFiles, '.gitlab-ci.yml': `${rightFiles['.gitlab-ci.yml']}\n${own}` }],
  ])('leaves a file to a person that %s', async (reason, files) => {
    const { ci, mergeRequests } = await openScene({ program, operator: 'maintainer', project: { files } });
    const { status, stdout } = await ci('--merge-request');
    expect(status).toBe(1);
    expect(stdout).toContain(`Not by --merge-request: .gitlab-ci.yml ${reason}`);
    expect(mergeRequests()).toEqual([]);
  });

  it('opens none for a configuration that GitLab refuses', async () => {
    const { ci, mergeRequests } = await openScene({
      program,
      operator: 'maintainer',
      project: { files: { '.gitlab-ci.yml': 'build: {image: alpine}\n' } },
    });
    const { status, stderr } = await ci('--merge-request');
    expect(status).toBe(1);
    expect(stderr).toMatch(/^GitLab does not accept beckon\/external-agent: .*script/);
    expect(mergeRequests()).toEqual([]);
  });

  it('never drops the commit of somebody else', async () => {
    const { ci, world, file } = await openScene({ program, operator: 'maintainer' });
    await ci('--merge-request');
    await world.commit({
      project: PROJECT,
      by: 'olga',
      branch: BRANCH,
      message: 'Other words',
      actions: [{ action: 'update', path: '.gitlab-ci.yml', content: '# mine\n' }],
    });
    const { status, stderr } = await ci('--merge-request');
    expect(status).toBe(1);
    expect(stderr).toMatch(/has a commit of somebody else/);
    expect(await file('.gitlab-ci.yml', BRANCH)).toBe('# mine\n');
  });

  it("keeps the agent's job and the own jobs apart once it is merged", async () => {
    const { ci, world, project, agent, mergeRequests } = await openScene({
      program,
      operator: 'maintainer',
      isReal: true,
      project: { files: { '.gitlab-ci.yml': own } },
      gitlab: { pushPipelines: false },
    });
    expect(await ci('--merge-request')).toMatchObject({ status: 0 });
    const [mergeRequest] = mergeRequests();
    if (mergeRequest === undefined) throw new Error('there is no merge request');
    await world.merge({ mergeRequest, by: 'olga' });
    await world.createBranch({ project, by: agent, branch: 'workloads/1', ref: 'main' });
    const variable = (key: string, value: string, variableType: 'env_var' | 'file' = 'env_var') => ({
      key,
      value,
      variableType,
    });
    const run = [
      variable('AI_FLOW_EVENT', 'mention'),
      variable('AI_FLOW_AGENT', 'claude'),
      variable('AI_FLOW_SCRIPT', Buffer.from('exit 0').toString('base64'), 'file'),
    ];
    const jobs = async (more: { ref: string; source?: string; variables?: typeof run }) => {
      const { id } = await world.createPipeline({ project, user: 'olga', ...more });
      return [...world.state.jobs.values()].filter((job) => job.pipelineId === id).map(({ name }) => name);
    };
    expect(await jobs({ ref: 'workloads/1', variables: run })).toEqual(['external-agent']);
    expect(await jobs({ ref: 'main', source: 'push' })).toEqual(['build', 'unit']);
  });
});
