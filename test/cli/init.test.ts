import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { startGitLab } from '../gitlab/start.ts';
import { describeWith } from '../support/needs.ts';
import { type ShippedProgram, shippedProgram } from './shipped-program.ts';

/** Each test starts the program several times, on a machine that may be busy. */
const LIMIT = 120_000;
/** Nothing listens there. */
const NOWHERE = 'http://127.0.0.1:1';

let program: ShippedProgram;
beforeAll(() => {
  program = shippedProgram();
});
afterAll(() => program.remove());
beforeEach(() => rmSync(join(program.folder, 'config'), { recursive: true, force: true }));

const at = (path: string) => join(program.folder, 'config', path);
const modeOf = (path: string) => (statSync(at(path)).mode & 0o777).toString(8);
const load = (env: NodeJS.ProcessEnv = {}) => loadConfig({ file: at('beckon.yaml'), env });

async function openGitLab() {
  const gitlab = await startGitLab();
  onTestFinished(() => gitlab.close());
  const agent = gitlab.world.addUser({ username: 'claude-bot', bot: true });
  const olga = gitlab.world.addUser({ username: 'olga' });
  const token = gitlab.world.addToken({ user: agent }).value;
  const operatorToken = gitlab.world.addToken({ user: olga }).value;
  return { gitlab, token, operatorToken };
}

const needed = ['--public-url', 'https://beckon.example.com', '--project', 'acme/**', 'acme/web/shop'];

describe('beckon init --yes', { timeout: LIMIT }, () => {
  const init = (...args: readonly string[]) => program.beckon(['init', '--yes', ...args]);

  it('writes a config that loads and holds no secret, and says what comes next', async () => {
    const { gitlab, token, operatorToken } = await openGitLab();
    const [mine, others] = ['token-of-claude', 'token-of-olga'].map((name) => join(program.folder, name));
    writeFileSync(mine ?? '', `${token}\n`);
    writeFileSync(others ?? '', operatorToken);
    const answer = await init(
      ...['--gitlab', gitlab.url, ...needed, '--token', 'file:token-of-claude'],
      ...['--operator-token', `file:${others}`, '--queue', 'redis://queue:6379'],
    );
    expect(answer).toMatchObject({ status: 0, stderr: '' });
    expect(answer.stdout).toMatch(/answers\.\nconfig\/beckon\.yaml is written, and it is valid\.\n/);
    expect(answer.stdout).toMatch(
      /Next:\n {2}beckon check\n {2}beckon serve\n {2}beckon setup acme\/web\/shop\n$/,
    );
    const config = await load();
    expect(config.gitlab.url).toBe(gitlab.url);
    expect(config.gitlab.token?.reveal()).toBe(operatorToken);
    expect(config.agents).toMatchObject([{ name: 'claude', account: 'claude-bot' }]);
    expect(config.agents[0]?.token.reveal()).toBe(token);
    expect(config.queue.home.kind).toBe('redis');
    expect(config.server).toMatchObject({ host: '127.0.0.1', publicUrl: 'https://beckon.example.com' });
    expect(config.triggers[0]?.projects.match('acme/web/docs')).toBe(true);
    const secret = readFileSync(at('secrets/webhook-secret'), 'utf8').trim();
    expect(secret).toMatch(/^[0-9a-f]{64}$/);
    expect(config.webhook.secretTokens[0]?.reveal()).toBe(secret);
    for (const text of [readFileSync(at('beckon.yaml'), 'utf8'), answer.stdout])
      for (const hidden of [token, operatorToken, secret]) expect(text).not.toContain(hidden);
    expect([modeOf('secrets'), modeOf('secrets/webhook-secret')]).toEqual(['700', '600']);
  });

  it('names the variables that are to be set yet', async () => {
    const answer = await init('--no-test', '--gitlab', NOWHERE, ...needed, '--flow', 'codex');
    expect(answer.stdout).toContain('Before the start, set in the environment: GITLAB_TOKEN_CODEX\n');
    const config = await load({ GITLAB_TOKEN_CODEX: 'glpat-1' });
    expect(config.agents).toMatchObject([{ name: 'codex', account: 'codex-bot' }]);
    await expect(load()).rejects.toThrow('GITLAB_TOKEN_CODEX is not set');
  });

  it('replaces nothing unless it is told to, and keeps the secrets that GitLab knows of', async () => {
    const args = ['--no-test', '--gitlab', NOWHERE, ...needed, '--sign'];
    await init(...args);
    const made = () =>
      ['webhook-secret', 'signing-key.pem'].map((name) => readFileSync(at(`secrets/${name}`), 'utf8'));
    const before = made();
    writeFileSync(at('beckon.yaml'), 'mine');
    expect(await init(...args)).toMatchObject({
      status: 1,
      stderr: 'config/beckon.yaml: there already. Nothing was written.\n--force replaces it.\n',
    });
    expect(readFileSync(at('beckon.yaml'), 'utf8')).toBe('mine');
    expect(await init(...args, '--force')).toMatchObject({ status: 0 });
    expect(readFileSync(at('beckon.yaml'), 'utf8')).not.toBe('mine');
    expect(made()).toEqual(before);
  });

  it('takes no secret from the command line, and repeats none', async () => {
    const args = ['--no-test', '--gitlab', NOWHERE, ...needed];
    for (const [option, value] of [
      ['--token', 'glpat-secret'],
      ['--operator-token', 'glpat-secret'],
      ['--queue', 'redis://:glpat-secret@queue:6379'],
    ] as const) {
      const { status, stdout, stderr } = await init(...args, option, value);
      expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
      expect(stderr).toMatch(new RegExp(`^${option}.* takes env:NAME or file:PATH`));
      expect(stderr).not.toContain('glpat-secret');
    }
    expect(existsSync(at('beckon.yaml'))).toBe(false);
  });

  it('puts nothing into texts that look like references', async () => {
    await init('--no-test', '--gitlab', `${NOWHERE}/\${SOMETHING}`, ...needed);
    const config = await load({ GITLAB_TOKEN_CLAUDE: 'glpat-1', SOMETHING: 'x' });
    expect(config.gitlab.url).toContain('SOMETHING');
  });

  it('writes nothing where GitLab is not there, or the token is of somebody else', async () => {
    const { gitlab, operatorToken } = await openGitLab();
    writeFileSync(join(program.folder, 'token'), operatorToken);
    const away = await init('--gitlab', NOWHERE, ...needed);
    expect(away).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/nothing listens there.*\n.*Check the port/),
    });
    const other = await init('--gitlab', gitlab.url, ...needed, '--token', 'file:token');
    expect(other).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/^The token is that of olga, not of claude-bot\.\n/),
    });
    gitlab.world.revokeToken({ id: [...gitlab.world.state.tokens.values()].at(-1)?.id ?? 0 });
    const refused = await init('--gitlab', gitlab.url, ...needed, '--token', 'file:token');
    expect(refused).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/does not take the token: 401/),
    });
    expect(existsSync(at('beckon.yaml'))).toBe(false);
  });

  it('ends with 2 where something is missing, and where nobody can be asked', async () => {
    expect(await init('--gitlab', NOWHERE)).toMatchObject({
      status: 2,
      stderr: 'error: --yes needs --gitlab, --public-url and --project\n',
    });
    expect(await program.beckon(['init'])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('there is no terminal to ask on'),
    });
    expect((await init('--gitlab', 'nope')).status).toBe(2);
  });
});

describeWith(['script'], 'beckon init on a terminal', () => {
  const ENTER = '\r';
  const DOWN = '\u001b[B';

  it('asks for all that a config needs, and shows no secret', { timeout: LIMIT }, async () => {
    const { gitlab, token, operatorToken } = await openGitLab();
    const terminal = program.terminal(['init']);
    const answer = async (question: string, keys: string) => {
      await terminal.shows(question);
      terminal.type(keys + ENTER);
    };
    await answer('Address of GitLab', NOWHERE);
    await terminal.shows('nothing listens there');
    await answer('Address of GitLab', gitlab.url);
    await terminal.shows('answers.');
    await answer('What shall the agent run?', '');
    await answer('Name of the agent', '');
    await answer("Access token of the agent's service account", '');
    await answer('Token', 'glpat-wrong');
    await terminal.shows('does not take the token');
    await answer("Access token of the agent's service account", '');
    await answer('Token', token);
    await terminal.shows('The token is that of claude-bot.');
    await answer('Username of that service account', '');
    await answer('Shall Beckon sign its runs', '');
    await answer('with the token of a Maintainer?', '');
    await answer('Access token of the Maintainer', '');
    await answer('Token', operatorToken);
    await answer('Projects (', 'acme/web/shop, acme/web/docs');
    await answer('Address at which GitLab reaches Beckon', 'http://127.0.0.1:9999');
    await answer('Where shall runs be queued?', DOWN);
    await answer('Its address', 'redis://:open-sesame@queue:6379');
    const { status, screen } = await terminal.ended;
    expect(screen).toContain('config/beckon.yaml is written, and it is valid.');
    expect(status).toBe(0);
    for (const hidden of [token, operatorToken, 'open-sesame', 'glpat-wrong']) {
      expect(screen).not.toContain(hidden);
      expect(readFileSync(at('beckon.yaml'), 'utf8')).not.toContain(hidden);
    }
    const names = ['gitlab-token', 'gitlab-token-claude', 'queue-url', 'signing-key.pem', 'webhook-secret'];
    expect(readdirSync(at('secrets')).sort()).toEqual(['.gitignore', ...names]);
    for (const name of names) expect(modeOf(`secrets/${name}`)).toBe('600');
    const config = await load();
    expect(config.gitlab.token?.reveal()).toBe(operatorToken);
    expect(config.agents[0]?.token.reveal()).toBe(token);
    expect(config.agents[0]?.signingKey?.reveal()).toMatch(/^-----BEGIN PRIVATE KEY-----\n/);
    expect(config.queue.home).toMatchObject({ kind: 'redis' });
    expect(config.server).toMatchObject({ host: '127.0.0.1', port: 9999 });
    expect(config.triggers[0]?.projects.patterns).toEqual(['acme/web/shop', 'acme/web/docs']);
  });

  it('asks before it replaces a config', { timeout: LIMIT }, async () => {
    mkdirSync(at(''), { recursive: true });
    writeFileSync(at('beckon.yaml'), 'mine');
    const terminal = program.terminal(['init', '--no-test']);
    await terminal.shows('config/beckon.yaml is there already. Replace?');
    terminal.type(ENTER);
    expect((await terminal.ended).status).toBe(1);
    expect(readFileSync(at('beckon.yaml'), 'utf8')).toBe('mine');
  });

  it('writes nothing after Ctrl-C', { timeout: LIMIT }, async () => {
    const terminal = program.terminal(['init', '--no-test']);
    await terminal.shows('Address of GitLab');
    terminal.type('\u0003');
    expect(await terminal.ended).toMatchObject({
      status: 1,
      screen: expect.stringContaining('Nothing was written.'),
    });
    expect(existsSync(at('beckon.yaml'))).toBe(false);
  });
});
