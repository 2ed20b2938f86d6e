import { readFileSync } from 'node:fs';
import { appendFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { describeWith } from '../support/needs.ts';
import { newRedis } from '../support/redis.ts';
import { newFolder } from '../support/temporary.ts';
import { AGENT_FILE, openScene, PROJECT } from './scene.ts';
import { type ShippedProgram, shippedProgram } from './shipped-program.ts';

const template = (name: string) => readFileSync(new URL(`../../config/${name}`, import.meta.url), 'utf8');
const FLOW = '.gitlab/duo/flows/claude.yaml';
const OTHER = 'acme/web/docs';
/** Each test starts the program several times, and with it a PostgreSQL, on a machine that may be busy. */
const LIMIT = 120_000;
/** Nothing listens there. */
const NOWHERE = 'http://127.0.0.1:1';

let program: ShippedProgram;
/** Of one queue for all tests, as making its files takes the longest. */
let dataDir: string;
beforeAll(async () => {
  program = shippedProgram();
  dataDir = await newFolder();
});
afterAll(async () => {
  program.remove();
  await rm(dataDir, { recursive: true, force: true });
});

const rightFiles = {
  '.gitlab-ci.yml': template('ci/gitlab-ci.yml'),
  [AGENT_FILE]: template('ci/external-agent.yml'),
  '.gitlab/ci/main.yml': 'build: {script: [echo build]}\n',
  [FLOW]: template('flows/claude.yaml'),
};
const SECRET = 'glpat-value-of-the-variable';
const tokenOf = {
  key: 'GITLAB_TOKEN_CLAUDE',
  value: SECRET,
  masked: true,
  environmentScope: 'ai-flow/claude',
};

/** A project in which everything is right, as a Maintainer sees it. */
async function openRight({ operator = 'maintainer' }: { operator?: 'maintainer' | 'reporter' } = {}) {
  const scene = await openScene({ program, operator, project: { files: rightFiles } });
  const { world, project } = scene;
  world.addRunner({ description: 'docker-1' });
  world.setVariable({ project, ...tokenOf });
  world.addHook({
    project,
    url: 'https://beckon.example.com/webhooks/gitlab',
    events: ['note', 'issues', 'merge_requests', 'pipeline'],
  });
  await appendFile(configFile(), `queue: { dataDir: "${dataDir}/data" }\n`);
  return scene;
}

function configFile(): string {
  return join(program.folder, 'config/beckon.yaml');
}

async function check(...args: readonly string[]) {
  const ended = await program.beckon(['check', ...args]);
  for (const text of [ended.stdout, ended.stderr]) expect(text).not.toMatch(/glpat-|a-secret|open-sesame/);
  return ended;
}

/** The lines of a group, without its heading. */
function groupOf(stdout: string, heading: string): string {
  return stdout.split('\n\n').find((block) => block.startsWith(heading)) ?? `no group ${heading}`;
}

describe('beckon check', { timeout: LIMIT }, () => {
  it('says of each thing that it is right, asks nothing twice and changes nothing', async () => {
    const { gitlab } = await openRight();
    const { status, stdout, stderr } = await check();
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(
      /^Config config\/beckon\.yaml\n {2}✓ 1 agent, 1 trigger\.\n\nQueue embedded\n {2}✓ /,
    );
    expect(groupOf(stdout, 'Agent claude')).toMatch(/✓ The token is that of claude-bot\.\n.*✓ .*bot\.\n/);
    expect(groupOf(stdout, `Project ${PROJECT}`).split('\n')).toEqual([
      `Project ${PROJECT}`,
      '  ✓ claude-bot is Developer.',
      '  ✓ claude-bot may push to workloads/*.',
      "  ✓ .gitlab-ci.yml includes the agent's job (.gitlab/ci/external-agent.yml).",
      '  ✓ .gitlab/ci/external-agent.yml is the one of this Beckon.',
      '  ✓ pipeline variables: the agents may set them.',
      `  ✓ The flow file ${FLOW} is valid.`,
      '  ✓ The job of claude is given GITLAB_TOKEN_CLAUDE.',
      '  ✓ The runner docker-1 is online and takes jobs without tags.',
      '  ✓ The webhook is on.',
      '  ✓ The webhook has all events that the triggers need.',
      '  ? No delivery is known, so nor is whether GitLab reaches Beckon.',
      expect.stringMatching(/^ {6}`beckon check --deliver acme\/.*` has it send a test delivery: http/),
    ]);
    expect(stdout).toMatch(/\n\n1 not known \(\?\); all else is well\.\n$/);
    const asked = gitlab.requests.map(({ method, path, username }) => `${method} ${path} ${username}`);
    expect(new Set(asked).size).toBe(asked.length);
    expect(asked.filter((one) => !one.startsWith('GET '))).toEqual([]);
    expect(gitlab.violations).toEqual([]);
  });

  it('has GitLab try whether it reaches Beckon where it is told to', async () => {
    const { world, project } = await openRight();
    // GitLab sends as a test what there is: something has to have happened.
    world.openIssue({ project, author: 'olga', title: 'Bug' });
    const { stdout, status } = await check('--deliver');
    expect(stdout).toMatch(/✗ A test delivery does not reach Beckon: .*issues_events: (?!422 Ensure)/);
    expect(status).toBe(1);
  });

  it('says what only Maintainers are shown, and works without an operator', async () => {
    const { gitlab } = await openRight({ operator: 'reporter' });
    const { status, stdout } = await check(PROJECT);
    expect(status).toBe(0);
    expect(stdout).toContain('? CI/CD variables GITLAB_TOKEN_CLAUDE, ANTHROPIC_API_KEY');
    expect(stdout).toContain('? Runners: shown to Maintainers only.');
    expect(stdout).toContain('? Webhooks: shown to Maintainers only.');
    expect(stdout).toContain('? pipeline variables: who may set them is shown to Maintainers only.');
    expect(gitlab.violations).toEqual([]);
  });

  it('names every fault at once, each with what to do and where', async () => {
    const { gitlab, world, project } = await openScene({
      program,
      operator: 'maintainer',
      gitlab: { version: '18.0.0' },
      project: {
        files: { '.gitlab-ci.yml': 'build: {script: [ls]}\n', [FLOW]: 'image: alpine\ncommand: [ls]\n' },
        pipelineVariablesRole: 'no_one_allowed',
        protectedBranches: [{ name: 'work*', pushLevel: 40, mergeLevel: 40 }],
      },
    });
    await world.addProject({ path: OTHER });
    world.addRunner({ online: false });
    world.setVariable({ project, ...tokenOf, environmentScope: 'production' });
    for (const username of ['gone-bot', 'slow-bot', 'idle-bot']) world.addUser({ username, bot: true });
    const gone = world.addToken({ user: 'gone-bot' });
    world.revokeToken(gone);
    const tokens = {
      operator: world.addToken({ user: 'olga', scopes: ['api', 'sudo'] }).value,
      claude: world.addToken({ user: 'claude-bot' }).value,
      slow: world.addToken({ user: 'slow-bot', scopes: ['read_api'] }).value,
      idle: world.addToken({ user: 'olga', expiresAt: new Date(Date.now() + 3 * 86_400_000) }).value,
    };
    const agents = `
  claude: { account: claude-bot, token: ${tokens.claude}, flow: ${FLOW} }
  gone: { account: gone-bot, token: ${gone.value} }
  slow: { account: slow-bot, token: ${tokens.slow} }
  idle: { account: idle-bot, token: ${tokens.idle} }`;
    const triggers = `
  - { agent: claude, events: [mention], projects: [${PROJECT}, ${OTHER}] }
  - { agent: gone, events: [mention], projects: ["acme/*"] }
  - { agent: slow, events: [mention], projects: ["other/**"] }`;
    await writeFile(
      configFile(),
      `gitlab: { url: "${gitlab.url}", token: ${tokens.operator} }
webhook: { secretTokens: ["a-secret"] }
queue: { url: "redis://:open-sesame@127.0.0.1:1/0" }
agents:${agents}
triggers:${triggers}
`,
    );
    const { status, stdout } = await check();
    expect(status).toBe(1);
    const settings = `${gitlab.url}/${PROJECT}/-/settings`;
    for (const line of [
      '! No trigger starts the agent idle.',
      '✗ The trigger slow covers no project that slow-bot is a member of.',
      '? The trigger gone covers no project',
      '✗ Redis at 127.0.0.1:1/0 cannot be used.',
      '! The token has more scopes than it needs: sudo.',
      '✗ GitLab does not take the token: 401 invalid_token: Token was revoked.',
      '✗ The token lacks the scope api; it has read_api.',
      '✗ The token is that of olga, and the config names idle-bot.',
      ', in 3 days.',
      '✗ claude-bot may not push to workloads/*: the protected branch work* covers it.',
      "✗ .gitlab-ci.yml does not include the agent's job.",
      `      \`beckon ci ${PROJECT}\` prints what to change`,
      '✗ pipeline variables: nobody may set them; claude-bot is Developer.',
      `need GitLab 18.1: ${settings}/ci_cd`,
      `✗ The flow file cannot be used: ${FLOW}:1:1`,
      `${FLOW}:2:1 command: `,
      '✗ None of the 1 runners of the project is online and not paused.',
      '! No webhook leads to Beckon: it hears of requests minutes later, by To-Do items.',
      `✗ There is no project ${OTHER}, or none of our accounts is a member of it.`,
    ])
      expect(stdout).toContain(line);
    expect(gitlab.violations).toEqual([]);
  });

  it('looks at the projects that are named, and answers machines', async () => {
    const { gitlab } = await openRight();
    const { status, stdout } = await check('other/project', PROJECT, '--json');
    expect(status).toBe(1);
    const { ok, findings } = JSON.parse(stdout);
    expect(ok).toBe(false);
    expect(findings.filter((one: { state: string }) => one.state !== 'ok')).toEqual([
      {
        about: { kind: 'project', name: 'other/project' },
        state: 'wrong',
        text: 'No trigger of the config covers other/project.',
        remedy: 'Add it to the projects of a trigger.',
      },
      {
        about: { kind: 'project', name: 'other/project' },
        state: 'wrong',
        text: 'There is no project other/project, or none of our accounts is a member of it.',
        remedy: 'Check the path, and make the account of an agent a Developer.',
        link: `${gitlab.url}/other/project/-/project_members`,
      },
      expect.objectContaining({ about: { kind: 'project', name: PROJECT }, state: 'unknown' }),
    ]);
    expect(new Set(findings.map((one: { about: { kind: string } }) => one.about.kind))).toEqual(
      new Set(['config', 'queue', 'gitlab', 'operator', 'agent', 'project']),
    );
    expect((await check('acme/web/*')).stdout).toContain(`Project ${PROJECT}`);
    expect(await check('acme/x*')).toMatchObject({ status: 1, stdout: '' });
  });

  it('goes on where GitLab is away, and where it fails for one project', async () => {
    const { gitlab } = await openRight();
    gitlab.faults.add({ match: { path: /\/protected_branches/ }, times: 9, do: { status: 502 } });
    const halting = await check();
    expect(halting.status).toBe(0);
    expect(halting.stdout).toMatch(/\? Who may push to workloads\/\*: 502.*\n[\s\S]*✓ The flow file/);

    const text = readFileSync(configFile(), 'utf8');
    await writeFile(configFile(), text.replace(gitlab.url, NOWHERE));
    const away = await check();
    expect(away.status).toBe(1);
    expect(away.stdout).toMatch(/✗ http:\/\/127\.0\.0\.1:1 cannot be reached, because nothing listens there/);
    expect(away.stdout).toMatch(/Agent claude\n {2}\? Not looked at, because GitLab cannot be asked\./);
    expect(away.stdout).toMatch(/Queue embedded\n {2}✓/);

    await writeFile(configFile(), text.replace('gitlab: {', 'gitlab: { caFile: /no/such.pem, '));
    const blind = await check();
    expect(blind.status).toBe(1);
    expect(blind.stdout).toMatch(
      /asked: gitlab\.caFile cannot be read \(\/no\/such\.pem: ENOENT.*\n {6}Name a file in PEM/,
    );
  });

  it('refuses a config that is wrong as every command does', async () => {
    await writeFile(configFile(), 'agents: {}\n');
    const { status, stderr } = await check();
    expect(status).toBe(2);
    expect(stderr).toMatch(/^config\/beckon\.yaml:1:1 /);
  });
});

describeWith(['redis-server'], 'beckon check with Redis', () => {
  it('warns of what endangers the runs, and keeps the password to itself', { timeout: LIMIT }, async () => {
    const redis = await newRedis();
    await redis.start();
    onTestFinished(() => redis.stop());
    await redis.command('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru');
    await openRight();
    const text = readFileSync(configFile(), 'utf8').replace(
      /queue: .*/,
      `queue: { url: "${redis.url.reveal()}" }`,
    );
    await writeFile(configFile(), text);
    const { status, stdout } = await check();
    expect(status).toBe(0);
    expect(groupOf(stdout, 'Queue redis')).toMatch(
      /✓ Redis at 127\.0\.0\.1:\d+ answers\.\n {2}! Redis drops keys when memory runs out/,
    );
  });
});
