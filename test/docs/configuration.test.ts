import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { ConfigFile } from '../../src/config/schema.ts';
import { examplesOf, isValid, MORE, withComments } from './configuration-examples.ts';
import { configKeys, configurationPage } from './configuration-page.ts';

const page = readFileSync(new URL('../../docs/configuration.md', import.meta.url), 'utf8');

describe('docs/configuration.md', () => {
  it('is fresh', () => {
    expect(page === configurationPage(), 'docs/configuration.md is stale. Make it anew: npm run docs').toBe(
      true,
    );
  });

  it('has a section for each part of the config', () => {
    const sections = [...page.matchAll(/^## (.+)$/gm)].map((match) => match[1]);
    expect(sections).toEqual(Object.keys(ConfigFile.shape));
  });

  it('has type, meaning, and a default or an example of every key', () => {
    const keys = configKeys();
    expect(keys.length).toBeGreaterThan(70);
    for (const { path, type, meaning, fallback } of keys) {
      expect(type, path).not.toMatch(/undefined|^$/);
      expect(meaning, path).not.toBe('');
      expect(fallback ?? examplesOf().get(path), path).toBeDefined();
      expect(page, path).toContain(`\n| \`${path}\` | `);
    }
  });

  it.each(Object.entries(MORE))('has an example that is valid where %s is %s', (path, example) => {
    const config = parse(withComments());
    const keys = path.replaceAll('[]', '.0').split('.');
    const last = keys.pop() ?? '';
    // Only the last agent of the example has a flow of its own.
    const parent = keys.reduce(
      (value, key) => value[key === '<name>' ? (Object.keys(value).at(-1) ?? '') : key],
      config,
    );
    expect(parent[last]).toBeDefined();
    parent[last] = parse(example);
    expect(isValid(config), JSON.stringify(isValid.errors)).toBe(true);
  });

  it('knows defaults as they are', () => {
    const shown = Object.fromEntries(configKeys().map(({ path, fallback }) => [path, fallback]));
    const { server, queue, limits, catchUp, retention } = ConfigFile.parse({
      gitlab: { url: 'https://gitlab.example.com' },
      agents: { a: { account: 'a', token: 'a' } },
      triggers: [{ agent: 'a', events: ['mention'], projects: ['a/*'] }],
    });
    const flat = Object.entries({ server, queue, limits, catchUp, retention }).flatMap(([name, part]) =>
      leavesOf(part, name),
    );
    expect(flat.length).toBeGreaterThan(15);
    for (const [path, value] of flat) expect(parse(shown[path] ?? ''), path).toEqual(value);
  });
});

function leavesOf(value: object, path: string): readonly (readonly [string, unknown])[] {
  return Object.entries(value).flatMap(([key, inner]) =>
    typeof inner === 'object' && !Array.isArray(inner)
      ? leavesOf(inner, `${path}.${key}`)
      : [[`${path}.${key}`, inner] as const],
  );
}
