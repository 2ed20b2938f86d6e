import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeWith } from '../support/needs.ts';
import { newFolder } from '../support/temporary.ts';
import { openReceiver } from './receiver.ts';
import { openScene, PROJECT } from './scene.ts';
import { type ShippedProgram, shippedProgram } from './shipped-program.ts';

/** Each test starts the program several times, on a machine that may be busy. */
const LIMIT = 180_000;
const OTHER = 'acme/web/docs';
const server = 'server: { publicUrl: "https://beckon.example.com" }';

let program: ShippedProgram;
beforeAll(() => {
  program = shippedProgram();
});
afterAll(() => program.remove());

/** A project in which nothing is there for agents yet. */
async function openNew(options: Partial<Parameters<typeof openScene>[0]> = {}) {
  const scene = await openScene({
    program,
    operator: 'maintainer',
    agentLevel: null,
    more: server,
    project: { files: { '.gitlab-ci.yml': 'build: { script: [echo build] }\n' } },
    ...options,
  });
  const { gitlab, world, project, agent } = scene;
  const setup = async (...args: readonly string[]) => {
    const begin = gitlab.requests.length;
    const ended = await program.beckon(['setup', ...(args.some(isPath) ? [] : [PROJECT]), ...args]);
    // CI lint is asked by POST and writes nothing.
    const writes = gitlab.requests
      .slice(begin)
      .filter(({ method, path }) => method !== 'GET' && !path.endsWith('/ci/lint'));
    for (const text of [ended.stdout, ended.stderr]) expect(text).not.toMatch(/glpat-|a-secret/);
    return { ...ended, writes: writes.length };
  };
  const levelOf = (id = project.id) =>
    [...world.state.members.values()].find(
      ({ userId, sourceId, sourceKind }) =>
        userId === agent.id && sourceKind === 'project' && sourceId === id,
    )?.accessLevel;
  return { ...scene, setup, levelOf, hooks: () => [...world.state.hooks.values()] };
}

const isPath = (arg: string) => arg.includes('/');

describe('beckon setup', { timeout: LIMIT }, () => {
  it('takes a project from nothing to a check that finds nothing wrong, and a second time changes nothing', async () => {
    const { url } = await openReceiver();
    const { setup, world, gitlab, project, levelOf, hooks, mergeRequests } = await openNew({
      more: `server: { publicUrl: "${url}" }`,
    });
    const first = await setup('--yes');
    expect(first).toMatchObject({ status: 0, stderr: '' });
    expect(first.stdout).toContain(
      '+ claude-bot is no member, and has to be Developer.\n      claude-bot would be made Developer.',
    );
    expect(first.stdout).toContain('✓ claude-bot is Developer now.');
    expect(first.stdout).toMatch(/✓ hook \d+ is added: http\S+\/webhooks\/gitlab with/);
    expect(first.stdout).toMatch(/Left to do by hand:[\s\S]+ai-flow\/claude: http\S+settings\/ci_cd\n/);
    expect(first.stdout).toMatch(/ANTHROPIC_API_KEY +the key of the provider\n/);
    expect(first.stdout).toMatch(/GITLAB_TOKEN_CLAUDE +an access token of claude-bot, scope api\n/);
    expect(levelOf()).toBe(30);
    expect(hooks()).toHaveLength(1);
    expect(mergeRequests().map(({ title }) => title)).toEqual([
      'Add the CI job of external agents',
      'Add the flow of the agent claude',
    ]);

    const waiting = await setup('--yes');
    expect(waiting).toMatchObject({ status: 0, writes: 0 });
    expect(waiting.stdout).toContain('Beckon has nothing to do.');
    for (const { iid } of mergeRequests())
      expect(waiting.stdout).toMatch(new RegExp(`  Merge http.*/${iid}\n`));

    for (const mergeRequest of mergeRequests()) await world.merge({ mergeRequest, by: 'root' });
    await gitlab.webhooksSettled();
    world.addRunner({ description: 'docker-1' });
    world.setVariable({
      project,
      key: 'GITLAB_TOKEN_CLAUDE',
      value: 'glpat-1',
      masked: true,
      environmentScope: 'ai-flow/claude',
    });
    const merged = await setup('--yes');
    expect(merged).toMatchObject({ status: 0, writes: 0 });
    expect(merged.stdout).not.toMatch(/Merge http|GITLAB_TOKEN_CLAUDE/);
    await appendFile(
      join(program.folder, 'config/beckon.yaml'),
      `queue: { dataDir: "${await newFolder()}/data" }\n`,
    );
    const check = await program.beckon(['check', PROJECT]);
    expect(check.stdout).not.toMatch(/✗/);
    expect(check.status).toBe(0);
    expect(gitlab.violations).toEqual([]);
  });

  it('changes nothing with --dry-run, and none where nobody can be asked', async () => {
    const { setup } = await openNew();
    expect(await setup('--dry-run')).toMatchObject({
      status: 0,
      writes: 0,
      stdout: expect.stringMatching(/a hook would be added: [\s\S]+Nothing was changed\.\n$/),
    });
    expect(await setup()).toMatchObject({
      status: 1,
      writes: 0,
      stdout: expect.stringMatching(/a hook would be added: [\s\S]+Nothing was changed\.\n$/),
      stderr: 'There is no terminal to ask on: with --yes the plan is carried out.\n',
    });
  });

  it('does it for the projects of a group that a trigger covers', async () => {
    const { setup, world, hooks } = await openNew({ covers: ['acme/**', '!acme/web/none'] });
    world.addMember({ group: world.addGroup({ path: 'acme/web' }), user: 'olga', level: 'maintainer' });
    for (const path of [OTHER, 'acme/web/none', 'acme/web/left']) await world.addProject({ path });
    const answer = await setup('acme/web', '!acme/web/left', '--yes', '--json');
    expect(answer.stderr).toBe('acme/web/none: no trigger of the config covers it.\n');
    expect(JSON.parse(answer.stdout).projects).toMatchObject([{ project: OTHER }, { project: PROJECT }]);
    expect(hooks()).toHaveLength(2);
    expect(await setup(PROJECT, '!acme/web/sh*')).toMatchObject({ status: 1, writes: 0 });
    expect(await setup('acme/web/n*')).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/No trigger of the config covers a project of acme\/web\/n\*\.\n$/),
    });
  });

  it('raises a role that is too low, and adds what a webhook lacks', async () => {
    const { setup, levelOf, world, project, hooks } = await openNew({ agentLevel: 'reporter' });
    world.addHook({ project, url: 'https://beckon.example.com/webhooks/gitlab', events: ['note'] });
    const answer = await setup('--yes');
    expect(answer.stdout).toContain('claude-bot is Reporter, and has to be Developer.');
    expect(answer.stdout).toMatch(/hook \d+ is changed: pipeline_events on/);
    expect(levelOf()).toBe(30);
    expect(hooks()).toHaveLength(1);
    expect((await setup('--yes')).writes).toBe(0);
  });

  it('goes on with the other projects where one fails, and tells machines of each', async () => {
    const { setup, world, levelOf } = await openNew();
    const other = await world.addProject({ path: OTHER });
    world.addMember({ project: other, user: 'olga', level: 'maintainer' });
    const answer = await setup('acme/none', OTHER, '--yes', '--json');
    expect(answer.status).toBe(1);
    expect(JSON.parse(answer.stdout)).toMatchObject({
      changed: true,
      projects: [
        {
          project: 'acme/none',
          error: expect.stringContaining('404'),
          hint: expect.stringContaining('full path'),
        },
        {
          project: OTHER,
          steps: [{ state: 'done', done: 'claude-bot is Developer now.' }, { state: 'done' }, {}, {}],
          mergeRequests: [expect.stringContaining(OTHER), expect.stringContaining(OTHER)],
          variables: expect.arrayContaining([
            expect.objectContaining({ name: 'GITLAB_TOKEN_CLAUDE', environment: 'ai-flow/claude' }),
          ]),
        },
      ],
    });
    expect(levelOf(other.id)).toBe(30);
    const outside = await setup('elsewhere/app', '--yes');
    expect(outside).toMatchObject({ status: 1, writes: 0 });
    expect(outside.stdout).toContain('✗ No trigger of the config covers elsewhere/app.');
  });
});

describe('beckon setup says what to do', { timeout: LIMIT }, () => {
  it('where the operator is a Developer only, and does what a Developer may', async () => {
    const { setup, mergeRequests, hooks } = await openNew({ operator: 'developer' });
    const answer = await setup('--yes');
    expect(answer.status).toBe(1);
    expect(answer.stdout).toMatch(/Make claude-bot a Developer: http\S+\/-\/project_members\n/);
    expect(answer.stdout).toMatch(
      /Webhooks are shown to Maintainers only\.\n +Set gitlab\.token .+\/-\/hooks\n/,
    );
    expect(mergeRequests()).toHaveLength(2);
    expect(hooks()).toEqual([]);
  });

  it('where there is no token of an operator', async () => {
    const stranger = await openScene({ program, agentLevel: null, more: server });
    const unseen = await program.beckon(['setup', PROJECT, '--yes']);
    expect(unseen.status).toBe(1);
    expect(unseen.stdout).toMatch(
      /✗ GitLab, asked with the token of the agent claude \(claude-bot\): .*404.*\n.*Set gitlab\.token in the config/,
    );
    expect(stranger.mergeRequests()).toEqual([]);
    const member = await openScene({ program, more: server });
    const answer = await program.beckon(['setup', PROJECT, '--yes']);
    expect(answer).toMatchObject({ status: 1, stdout: expect.stringContaining('Set gitlab.token') });
    expect(member.mergeRequests()).toHaveLength(2);
  });

  it('where the account of the agent is blocked, or not there', async () => {
    const { setup, world, agent } = await openNew();
    world.setUserState({ user: agent, state: 'blocked' });
    expect(await setup('--dry-run')).toMatchObject({
      status: 1,
      stdout: expect.stringMatching(/claude-bot is blocked in GitLab.*\n.*Have an administrator unblock it/),
    });
    const config = join(program.folder, 'config/beckon.yaml');
    await writeFile(config, (await readFile(config, 'utf8')).replace('claude-bot', 'nobody-bot'));
    expect(await setup('--dry-run')).toMatchObject({
      status: 1,
      stdout: expect.stringMatching(/GitLab has no account nobody-bot\.\n +Add it, under/),
    });
  });

  it('where a protected branch covers the branches of Beckon, and minds no other protection', async () => {
    const everything = [{ name: '*', pushLevel: 60, mergeLevel: 60 }];
    const { setup, levelOf } = await openNew({ project: { protectedBranches: everything } });
    const refused = await setup('--yes');
    expect(refused.status).toBe(1);
    expect(refused.stdout).toMatch(
      /✗ .*not allowed to.*\n +A protected branch covers Beckon's: let Maintainers/,
    );
    expect(levelOf()).toBe(30);
    const main = [{ name: 'main', pushLevel: 0, mergeLevel: 40 }];
    const { setup: onMain } = await openNew({ project: { protectedBranches: main } });
    expect((await onMain('--yes')).status).toBe(0);
  });

  it('where the repository is empty, and where the config lacks the address of Beckon', async () => {
    const { setup } = await openNew({ project: { files: {} }, more: '' });
    const answer = await setup('--yes');
    expect(answer.status).toBe(1);
    expect(answer.stdout).toMatch(/The repository is empty\.\n +Commit something first: http/);
    expect(answer.stdout).toMatch(/does not say where GitLab reaches Beckon\.\n +Set server\.publicUrl/);
    expect(answer.stdout).toContain('✓ claude-bot is Developer now.');
  });
});

describeWith(['script'], 'beckon setup on a terminal', () => {
  it('asks once, and no is the answer unless somebody says yes', { timeout: LIMIT }, async () => {
    const { levelOf } = await openNew();
    const declined = program.terminal(['setup', PROJECT]);
    await declined.shows('Do this in this project?');
    declined.type('\r');
    const left = await declined.ended;
    expect(left.screen).toContain('Nothing was changed.');
    expect(left.status).toBe(1);
    expect(levelOf()).toBeUndefined();
    const agreed = program.terminal(['setup', PROJECT]);
    await agreed.shows('Do this in this project?');
    agreed.type('y');
    const done = await agreed.ended;
    expect(done.screen).toContain('claude-bot is Developer now.');
    expect(done.status).toBe(0);
    expect(levelOf()).toBe(30);
    expect(done.screen).toContain('Looking at projects: 0 of 1…');
    expect(done.raw).toContain('\u001b[32m✓');
    const plain = await program.terminal(['setup', PROJECT], { NO_COLOR: '1' }).ended;
    expect(plain.screen).toContain('Beckon has nothing to do.');
    expect(plain.raw).not.toContain('\u001b[32m✓');
  });
});
