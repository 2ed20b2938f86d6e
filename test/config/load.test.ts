import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { ConfigError, loadConfig } from '../../src/config/load.ts';

const dir = mkdtempSync(join(tmpdir(), 'beckon-config-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
writeFileSync(join(dir, 'token'), 'glpat-from-file\n');

const ENV = { SECRET: 'hook-secret-1', TOKEN: 'glpat-from-env', EMPTY: '' };

const MINIMAL = `gitlab:
  url: https://gitlab.example.com
webhook:
  secretTokens: ["\${SECRET}"]
agents:
  claude:
    account: claude-bot
    token: \${TOKEN}
triggers:
  - agent: claude
    events: [mention]
    projects: ["acme/**"]
`;

async function load(text: string, env: Record<string, string | undefined> = ENV) {
  const file = join(dir, 'beckon.yaml');
  writeFileSync(file, text);
  return loadConfig({ file, env, cwd: dir });
}

async function faults(text: string): Promise<readonly string[]> {
  const error = await load(text).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ConfigError)) throw new Error(`loaded, or failed otherwise: ${String(error)}`);
  return error.message.split('\n').map((line) => line.replace(join(dir, 'beckon.yaml'), 'FILE'));
}

describe('loadConfig', () => {
  it('fills in every default', async () => {
    const config = await load(MINIMAL);
    expect(config).toMatchObject({
      server: { host: '127.0.0.1', port: 8080 },
      queue: { home: { kind: 'embedded', dataDir: join(dir, 'data') }, concurrency: 20 },
      agents: [
        { name: 'claude', flow: { kind: 'none' }, handoff: 'auto', timeout: 7_200_000, mergeRequest: 'auto' },
      ],
      triggers: [{ name: 'claude', minAccess: 'developer', confidential: false }],
      limits: {
        runs: { global: 50, perProject: 5, perAgent: 20, perUser: 3 },
        rate: { perObject: { count: 6, per: 3_600_000 } },
        maxEventAge: 3_600_000,
      },
      retention: { runs: 2_592_000_000 },
    });
    expect(config.webhook.secretTokens[0]?.reveal()).toBe('hook-secret-1');
    expect(config.triggers[0]?.projects.match('acme/web/shop')).toBe(true);
  });

  it('cannot be changed, and shows no secret', async () => {
    const config = await load(MINIMAL);
    expect(Object.isFrozen(config.agents[0])).toBe(true);
    expect(inspect(config, { depth: 9 }) + JSON.stringify(config)).not.toMatch(/glpat|hook-secret/);
  });

  it('takes texts from the environment and from files, also for numbers', async () => {
    const text = MINIMAL.replace('${TOKEN}', `\${file:token}`).replace(
      'webhook:',
      'server: { port: "${PORT}" }\nwebhook:',
    );
    const config = await load(text, { ...ENV, PORT: '9000' });
    expect(config.agents[0]?.token.reveal()).toBe('glpat-from-file');
    expect(config.server.port).toBe(9000);
  });

  it('lets no value change the structure of the file', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ minLength: 1 }).filter((value) => value.trim() !== ''),
        async (value) => {
          const config = await load(MINIMAL, { ...ENV, SECRET: value });
          expect(config.webhook.secretTokens.map((token) => token.reveal())).toEqual([value]);
          expect(config.triggers).toHaveLength(1);
        },
      ),
    );
  });

  it.each([
    ['redis://r:6379', 'redis'],
    ['rediss://r', 'redis'],
    ['postgres://p/db', 'postgres'],
    ['postgresql://p/db', 'postgres'],
  ])('knows the queue at %s', async (url, kind) => {
    expect((await load(`${MINIMAL}queue: { url: "${url}" }\n`)).queue.home.kind).toBe(kind);
  });

  it('drops the slash at the end of an address', async () => {
    const config = await load(MINIMAL.replace('example.com\n', 'example.com:8443/gitlab/\n'));
    expect(config.gitlab.url).toBe('https://gitlab.example.com:8443/gitlab');
  });

  it('takes a flow in the config itself', async () => {
    const flow = '    flow: { image: "alpine:3", commands: [echo hi] }\ntriggers:';
    const config = await load(MINIMAL.replace('triggers:', flow));
    expect(config.agents[0]?.flow).toEqual({
      kind: 'inline',
      flow: { image: 'alpine:3', commands: ['echo hi'], variables: [] },
    });
  });
});

describe('a config with faults', () => {
  it('says every one of them, in the order of the file', async () => {
    const text = MINIMAL.replace('https://gitlab', 'ftp://gitlab')
      .replace('[mention]', '[mention, merge]')
      .replace('"acme/**"', '"!acme"');
    expect(await faults(text)).toEqual([
      'FILE:2:8 gitlab.url: is not an http(s) address without user, query and fragment',
      'FILE:11:23 triggers.0.events.1: is not one of mention, assign, assign_reviewer',
      'FILE:12:15 triggers.0.projects: names no project to include, only ones to exclude',
    ]);
  });

  it.each([
    [
      'an unknown key, with the one that may be meant',
      MINIMAL.replace('  url:', '  urll: x\n  url:'),
      'FILE:2:3 gitlab.urll: unknown key; did you mean url?',
    ],
    [
      'an unknown key of an agent',
      MINIMAL.replace('account: claude-bot', 'account: claude-bot\n    acount: x'),
      'FILE:8:5 agents.claude.acount: unknown key; did you mean account?',
    ],
    [
      'a missing key',
      MINIMAL.replace('    account: claude-bot\n', ''),
      'FILE:7:5 agents.claude.account: is missing',
    ],
    ['a missing part', MINIMAL.replace(/triggers:[\s\S]*/, ''), 'FILE:1:1 triggers: is missing'],
    [
      'a value of another type',
      MINIMAL.replace('[mention]', 'mention'),
      'FILE:11:13 triggers.0.events: is not a list',
    ],
    [
      'an environment variable that is not set',
      MINIMAL.replace('${TOKEN}', '${NOPE}'),
      'FILE:8:12 the environment variable NOPE is not set',
    ],
    [
      'a file that is not there',
      MINIMAL.replace('${TOKEN}', '${file:nope}'),
      `FILE:8:12 the file ${join(dir, 'nope')} cannot be read: ENOENT: no such file or directory`,
    ],
    [
      'an empty webhook secret',
      MINIMAL.replace('${SECRET}', '${EMPTY}'),
      'FILE:4:18 webhook.secretTokens.0: is empty, which would let everybody in',
    ],
    [
      'an agent that is not there',
      MINIMAL.replace('agent: claude', 'agent: codex'),
      'FILE:10:12 triggers.0.agent: there is no agent of this name; there is claude',
    ],
    [
      'two triggers of one name',
      `${MINIMAL}  - agent: claude\n    events: [assign]\n    projects: ["a/b"]\n`,
      'FILE:13:5 triggers.1.name: another trigger has this name already',
    ],
    [
      'two agents of one account',
      MINIMAL.replace('triggers:', '  other: { account: Claude-Bot, token: x }\ntriggers:'),
      'FILE:9:21 agents.other.account: is the account of the agent claude already',
    ],
    [
      'an account with an @',
      MINIMAL.replace('claude-bot', '"@claude-bot"'),
      'FILE:7:14 agents.claude.account: is written without the @',
    ],
    [
      'a duration that is none',
      `${MINIMAL}retention: { runs: 30 days }\n`,
      'FILE:13:20 retention.runs: is not a duration such as 90s, 10m, 2h or 30d',
    ],
    [
      'a port out of range',
      `${MINIMAL}server: { port: 70000 }\n`,
      'FILE:13:17 server.port: is not between 0 and 65535',
    ],
    [
      'a flow outside of the project',
      MINIMAL.replace('triggers:', '    flow: ../x.yaml\ntriggers:'),
      'FILE:9:11 agents.claude.flow: is not a path inside the project',
    ],
    [
      'a fault in a flow',
      MINIMAL.replace('triggers:', '    flow: { image: "alpine:3", commands: [] }\ntriggers:'),
      'FILE:9:42 agents.claude.flow.commands: needs at least one command',
    ],
    [
      'a queue of another kind',
      `${MINIMAL}queue: { url: "amqp://x" }\n`,
      'FILE:13:15 queue.url: does not begin with redis://, rediss:// or postgres://, or is no address',
    ],
    [
      'a filter',
      `${MINIMAL}    filter: { mention: {} }\n`,
      'FILE:13:13 triggers.0.filter: is not supported yet: leave it empty',
    ],
    ['a key that stands twice', `${MINIMAL}agents: {}\n`, 'FILE:13:1 Map keys must be unique'],
  ])('says where: %s', async (_what, text, line) => {
    expect(await faults(text)).toEqual([line]);
  });

  it('refuses to run without any secret for webhooks', async () => {
    const [line] = await faults(MINIMAL.replace('["${SECRET}"]', '[]'));
    expect(line).toMatch(/^FILE:4:3 webhook: needs at least one secret/);
  });

  it('repeats no value, which may be a secret', async () => {
    const text = MINIMAL.replace('https://gitlab.example.com', '"${TOKEN}"').replace(
      'claude-bot',
      '"${SECRET} "',
    );
    expect((await faults(text)).join('\n')).not.toMatch(/glpat|hook-secret/);
  });

  it('says which file it looked for', async () => {
    await expect(loadConfig({ file: join(dir, 'none.yaml'), env: {} })).rejects.toThrow(
      /none\.yaml: there is no such file/,
    );
  });
});

describe('the configs that come with Beckon', () => {
  const env = {
    BECKON_WEBHOOK_SECRET: 'secret',
    GITLAB_TOKEN_CLAUDE: 'glpat-1',
    GITLAB_TOKEN_SCRIPT: 'glpat-2',
  };

  it.each([
    ['minimal.yaml', ['claude-bot']],
    ['example.yaml', ['claude-bot', 'script-bot']],
  ])('load: %s', async (name, accounts) => {
    const config = await loadConfig({ file: `config/${name}`, env });
    expect(config.agents.map((agent) => agent.account)).toEqual(accounts);
  });
});
