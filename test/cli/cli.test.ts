import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { notePayload } from '../builders/payloads.ts';

const program = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const dir = mkdtempSync(join(tmpdir(), 'beckon-cli-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const config = join(dir, 'beckon.yaml');
writeFileSync(
  config,
  `gitlab: { url: "https://gitlab.example.com" }
webhook: { secretTokens: ["a-secret"] }
agents: { claude: { account: claude-bot, token: glpat-x } }
triggers: [{ agent: claude, events: [mention], projects: ["acme/**"] }]
`,
);

/** The built program, as a person calls it. */
function beckon(args: readonly string[], { input = '', env = {} as Record<string, string> } = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
    cwd: dir,
    input,
    encoding: 'utf8',
    env: { PATH: process.env.PATH ?? '', ...env },
  });
  return { status, stdout, stderr };
}

const fresh = (body: string) =>
  JSON.stringify(notePayload(body, { note: { created_at: new Date().toISOString() } }));

describe('beckon', () => {
  it('tells its version', () => {
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
    expect(beckon(['--version'])).toEqual({ status: 0, stdout: `${version}\n`, stderr: '' });
  });

  it('helps, also with one command', () => {
    expect(beckon(['help'])).toMatchObject({ status: 0, stdout: expect.stringContaining('serve') });
    expect(beckon(['help', 'simulate'])).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('payload'),
    });
  });

  it.each([[['nonsense']], [['serve', '--role', 'cook']], [['simulate']], [['--nope']]])(
    'ends with 2 for wrong usage: %j',
    (args) => {
      const { status, stderr } = beckon(args);
      expect(status).toBe(2);
      expect(stderr).toMatch(/^error: /);
    },
  );

  it('ends with 2 for a config with faults, and says each of them and where', () => {
    const file = join(dir, 'bad.yaml');
    writeFileSync(file, 'gitlab: { url: nope }\nagents: {}\ntrigers: []\n');
    const { status, stdout, stderr } = beckon(['serve', '--config', file]);
    expect(status).toBe(2);
    expect(stdout).toBe('');
    expect(stderr.split('\n')).toEqual([
      `${file}:1:1 triggers: is missing`,
      expect.stringMatching(/:1:1 webhook: needs at least one secret in secretTokens/),
      `${file}:1:16 gitlab.url: is not an http:// or https:// address`,
      `${file}:2:9 agents: needs at least one agent`,
      `${file}:3:1 trigers: unknown key; did you mean triggers?`,
      '',
    ]);
  });

  it('ends with 2 without a config, and says how to name one', () => {
    const { status, stderr } = beckon(['serve']);
    expect(status).toBe(2);
    expect(stderr).toBe(
      'config/beckon.yaml: there is no such file\nName the config file with --config FILE or BECKON_CONFIG.\n',
    );
  });
});

describe('beckon schema', () => {
  it('prints what is in config/schema.json', () => {
    const { status, stdout } = beckon(['schema']);
    expect(status).toBe(0);
    expect(stdout).toBe(readFileSync(new URL('../../config/schema.json', import.meta.url), 'utf8'));
  });
});

describe('beckon simulate', () => {
  it('says what would run and why, with the config that the environment names', () => {
    const { status, stdout } = beckon(['simulate', '-'], {
      input: fresh('@claude-bot please'),
      env: { BECKON_CONFIG: config },
    });
    expect(status).toBe(0);
    expect(stdout).toMatch(
      /^Would run the agent claude \(run r[0-9a-f]{15}\)\.\n {2}✓ claude: @alice mentioned @claude-bot on issue 12\.\n$/,
    );
  });

  it('says why nothing would run, and ends with 1', () => {
    const file = join(dir, 'payload.json');
    writeFileSync(file, fresh('@claud-bot please'));
    const { status, stdout } = beckon([
      'simulate',
      file,
      '--config',
      config,
      '--header',
      'X-Gitlab-Event: Note Hook',
    ]);
    expect(status).toBe(1);
    expect(stdout).toContain('Would do nothing: No trigger matched.\n  ✗ claude: ');
    expect(stdout).toContain('Was @claude-bot meant?');
  });

  it('prints what the webhook would be answered', () => {
    const { stdout } = beckon(['simulate', '-', '--json', '--config', config], {
      input: fresh('@claude-bot please'),
    });
    expect(JSON.parse(stdout)).toMatchObject({
      status: 'accepted',
      runs: [{ agent: 'claude', duplicate: false }],
    });
  });

  it('says of which event a body is that a custom template has replaced', () => {
    const args = ['simulate', '-', '--config', config, '--header', 'X-Gitlab-Event: Note Hook'];
    const { status, stdout } = beckon(args, { input: '{"text":"hi"}' });
    expect(status).toBe(1);
    expect(stdout).toMatch(
      /^Would be refused: The body of this "Note Hook" has no object_kind\. Where the webhook has a custom template/,
    );
  });

  it('ends with 1 for what is no payload', () => {
    expect(beckon(['simulate', '-', '--config', config], { input: 'x' })).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/^- is not JSON/),
    });
    expect(beckon(['simulate', 'none.json', '--config', config])).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/^reading the payload/),
    });
  });
});
