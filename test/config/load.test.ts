import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { ConfigError, loadConfig } from '../../src/config/load.ts';
import { secretsFor } from '../../src/config/webhook-secrets.ts';
import { flow } from '../builders/flow.ts';
import { ENV, load, MINIMAL } from './load-text.ts';

describe('loadConfig', () => {
  it('fills in every default', async () => {
    const config = await load(MINIMAL);
    expect(config).toMatchObject({
      gitlab: { url: 'https://gitlab.example.com', caFile: undefined, token: undefined },
      server: { host: '127.0.0.1', port: 8080, publicUrl: undefined, adminToken: undefined },
      webhook: { signingTokens: [] },
      queue: { home: { kind: 'embedded', dataDir: '/srv/data' }, concurrency: 20 },
      agents: [
        {
          name: 'claude',
          account: 'claude-bot',
          flow: { kind: 'none' },
          handoff: 'auto',
          timeout: 7_200_000,
          mergeRequest: 'auto',
        },
      ],
      triggers: [
        {
          name: 'claude',
          minAccess: 'developer',
          confidential: false,
          forks: 'refuse',
          users: { allow: new Set(), deny: new Set() },
          allowAgents: new Set(),
        },
      ],
      limits: {
        runs: { global: 50, perProject: 5, perAgent: 20, perUser: 3 },
        rate: {
          perUser: { count: 20, per: 3_600_000 },
          perProject: { count: 60, per: 3_600_000 },
          perObject: { count: 6, per: 3_600_000 },
        },
        agentDepth: 2,
        maxEventAge: 3_600_000,
      },
      catchUp: { todos: 300_000, hookEvents: true },
      log: { auditFile: undefined },
      retention: { runs: 2_592_000_000 },
    });
    expect(config.webhook.secretTokens.map((token) => token.reveal())).toEqual(['hook-secret-1']);
    expect(config.agents[0]?.token.reveal()).toBe('glpat-from-env');
    expect(config.triggers[0]?.agent).toBe(config.agents[0]);
    expect(config.triggers[0]?.events).toEqual(new Set(['mention']));
    expect(config.triggers[0]?.projects.patterns).toEqual(['acme/**']);
    expect(config.triggers[0]?.projects.match('acme/web/shop')).toBe(true);
    expect(config.triggers[0]?.projects.match('other/shop')).toBe(false);
  });

  it('takes addresses, and secrets of some projects alone', async () => {
    const written =
      'allowFrom: [10.0.0.0/8]\n  projectSecrets: [{ projects: ["acme/pay/*"], secretTokens: [pay] }]';
    const text = MINIMAL.replace('secretTokens: ["${SECRET}"]', written);
    const { webhook, server } = await load(`${text}server: { trustProxy: ["::1"] }\n`);
    expect(server.trustProxy).toEqual(['::1']);
    expect(webhook.allowFrom?.('10.1.2.3')).toBe(true);
    expect(webhook.allowFrom?.('11.1.2.3')).toBe(false);
    const tokens = (project: string | undefined) =>
      secretsFor(webhook, project).secretTokens.map((token) => token.reveal());
    expect(tokens('acme/pay/api')).toEqual(['pay']);
    expect(tokens('acme/web/shop')).toEqual([]);
    expect(tokens(undefined)).toEqual([]);
    expect((await load(MINIMAL)).webhook.allowFrom).toBeUndefined();
  });

  it.each([
    ['on', true],
    ['off', false],
    ['true', true],
    ['false', false],
  ])('takes hookEvents: %s', async (written, isOn) => {
    expect((await load(`${MINIMAL}catchUp: { hookEvents: ${written} }\n`)).catchUp.hookEvents).toBe(isOn);
  });

  it.each([
    ['1m', 60_000],
    ['off', undefined],
  ])('takes todos: %s', async (written, every) => {
    expect((await load(`${MINIMAL}catchUp: { todos: ${written} }\n`)).catchUp.todos).toBe(every);
  });

  it('cannot be changed afterwards, at any depth', async () => {
    const config = await load(MINIMAL);
    const open: string[] = [];
    const visit = (value: unknown, path: string) => {
      if (typeof value !== 'object' || value === null || value instanceof Set || value instanceof Map) return;
      if (!Object.isFrozen(value)) open.push(path);
      for (const [key, inner] of Object.entries(value)) visit(inner, `${path}.${key}`);
    };
    visit(config, '');
    expect(open).toEqual([]);
  });

  it('shows no secret when it is printed', async () => {
    const config = await load(`${MINIMAL}queue: { url: "redis://user:queue-password@redis" }\n`);
    expect(inspect(config, { depth: 9 }) + JSON.stringify(config)).not.toMatch(/glpat|hook-secret|password/);
  });

  it.each([
    ['redis://r:6379', 'redis'],
    ['rediss://r', 'redis'],
    ['postgres://p/db', 'postgres'],
    ['postgresql://p/db', 'postgres'],
  ])('knows the queue at %s', async (url, kind) => {
    const { home } = (await load(`${MINIMAL}queue: { url: "${url}" }\n`)).queue;
    expect(home).toMatchObject({ kind });
    expect('url' in home && home.url.reveal()).toBe(url);
  });

  it.each([
    ['https://gitlab.example.com/', 'https://gitlab.example.com'],
    ['https://GitLab.example.com:8443/gitlab//', 'https://gitlab.example.com:8443/gitlab'],
    ['https://gitlab.example.com:443', 'https://gitlab.example.com'],
    ['http://127.0.0.1:3000', 'http://127.0.0.1:3000'],
  ])('takes %s as %s', async (written, url) => {
    const config = await load(MINIMAL.replace('https://gitlab.example.com', written));
    expect(config.gitlab.url).toBe(url);
    const server = (await load(`${MINIMAL}server: { publicUrl: "${written}" }\n`)).server;
    expect(server.publicUrl).toBe(url);
  });

  it('takes numbers from the environment', async () => {
    const text = `${MINIMAL}server: { port: "\${PORT}" }\nlimits: { runs: { global: "\${GLOBAL}" } }\n`;
    const config = await load(text, { env: { ...ENV, PORT: '0', GLOBAL: '0012' } });
    expect(config.server.port).toBe(0);
    expect(config.limits.runs.global).toBe(12);
  });

  it('takes paths from the working directory', async () => {
    const text = MINIMAL.replace('webhook:', '  caFile: corp.pem\nqueue: { dataDir: ../queue }\nwebhook:');
    const config = await load(text);
    expect(config.gitlab.caFile).toBe('/srv/corp.pem');
    expect(config.queue.home).toEqual({ kind: 'embedded', dataDir: '/queue' });
  });

  it('takes a flow as a path or in the config itself', async () => {
    const withFlow = async (flow: string) => {
      const config = await load(MINIMAL.replace('triggers:', () => `    flow: ${flow}\ntriggers:`));
      return config.agents[0]?.flow;
    };
    expect(await withFlow('.gitlab/duo/flows/claude.yaml')).toEqual({
      kind: 'file',
      path: '.gitlab/duo/flows/claude.yaml',
    });
    expect(await withFlow('{ image: "alpine:3", commands: ["echo $X $${X}"] }')).toEqual({
      kind: 'inline',
      flow: flow({ image: 'alpine:3', commands: ['echo $X ${X}'] }),
    });
  });

  it('compares usernames in lower case, and keeps accounts as written', async () => {
    const text = MINIMAL.replace('claude-bot', 'Claude-Bot');
    const config = await load(`${text}    users: { allow: [Ada, ada, BOB.x], deny: [Eve] }\n`);
    expect(config.triggers[0]?.users).toEqual({ allow: new Set(['ada', 'bob.x']), deny: new Set(['eve']) });
    expect(config.agents[0]?.account).toBe('Claude-Bot');
  });

  it('takes a signing token in place of a secret token', async () => {
    const token = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
    const config = await load(MINIMAL.replace('secretTokens: ["${SECRET}"]', `signingTokens: ["${token}"]`));
    expect(config.webhook.secretTokens).toEqual([]);
    expect(config.webhook.signingTokens.map((each) => each.reveal())).toEqual([token]);
  });

  it('says which file it looked for, and how to name another', async () => {
    const loading = loadConfig({ file: 'none.yaml', env: {}, cwd: '/nowhere/at/all' });
    const error = await loading.catch((thrown: unknown) => thrown);
    if (!(error instanceof ConfigError)) throw error;
    expect(error.code).toBe('config_invalid');
    expect(error.message).toBe('none.yaml: there is no such file');
    expect(error.hint).toBe('Name the config file with --config FILE or BECKON_CONFIG.');
  });

  it('says why a file cannot be read', async () => {
    const loading = loadConfig({ file: '.', env: {} });
    await expect(loading).rejects.toThrow(/^\.: EISDIR: illegal operation on a directory$/);
  });
});
