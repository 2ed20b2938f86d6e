import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { configJsonSchema } from '../../src/config/json-schema.ts';
import { loadConfig } from '../../src/config/load.ts';

const env = {
  BECKON_ADMIN_TOKEN: 'admin',
  BECKON_WEBHOOK_SECRET: 'secret',
  GITLAB_TOKEN: 'glpat-0',
  GITLAB_TOKEN_CLAUDE: 'glpat-1',
  GITLAB_TOKEN_SCRIPT: 'glpat-2',
};
const pathOf = (name: string) => new URL(`../../config/${name}`, import.meta.url).pathname;
const example = readFileSync(pathOf('example.yaml'), 'utf8');

describe('the configs that come with Beckon', () => {
  it.each([
    ['minimal.yaml', ['claude-bot']],
    ['example.yaml', ['claude-bot', 'script-bot']],
  ])('load: %s', async (name, accounts) => {
    const config = await loadConfig({ file: pathOf(name), env });
    expect(config.agents.map((agent) => agent.account)).toEqual(accounts);
  });

  it('say to editors which schema holds', () => {
    for (const name of ['minimal.yaml', 'example.yaml']) {
      const [first] = readFileSync(pathOf(name), 'utf8').split('\n');
      expect(first).toBe('# yaml-language-server: $schema=./schema.json');
    }
  });

  it('show the defaults as they are', async () => {
    const config = await loadConfig({ file: pathOf('example.yaml'), env });
    const minimal = await loadConfig({ file: pathOf('minimal.yaml'), env });
    const { publicUrl, ...server } = config.server;
    expect({ ...server, publicUrl: undefined }).toEqual(minimal.server);
    expect(publicUrl).toBe('https://beckon.example.com');
    expect(config.queue).toEqual(minimal.queue);
    expect(config.limits).toEqual(minimal.limits);
    expect(config.catchUp).toEqual(minimal.catchUp);
    expect(config.retention).toEqual(minimal.retention);
    const { name: _name, account: _account, token: _token, ...agent } = minimal.agents[0] ?? {};
    expect(config.agents[0]).toMatchObject(agent);
  });

  it('show every key there is: example.yaml', () => {
    const keys = new Set<string>();
    const visit = (schema: unknown) => {
      if (typeof schema !== 'object' || schema === null) return;
      if ('properties' in schema) for (const key of Object.keys(schema.properties ?? {})) keys.add(key);
      for (const inner of Object.values(schema)) visit(inner);
    };
    visit(configJsonSchema());
    expect([...keys].filter((key) => !new RegExp(`(^|[ {#])${key}:`, 'm').test(example))).toEqual([]);
    expect(keys.size).toBeGreaterThan(40);
  });

  it('load with what the comments show put in: example.yaml', async () => {
    const text = example.replaceAll(/^( *)# ((?:caFile|token|adminToken|url): .*)$/gm, '$1$2');
    const readFile = () => text;
    const config = await loadConfig({ file: 'example.yaml', env, readFile });
    expect(config.gitlab.caFile).toBe('/etc/ssl/corp.pem');
    expect(config.gitlab.token?.reveal()).toBe('glpat-0');
    expect(config.server.adminToken?.reveal()).toBe('admin');
    expect(config.queue.home.kind).toBe('redis');
  });
});
