import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { EVENT_KINDS } from '../src/config/config.ts';
import { FlowFile } from '../src/config/flow.ts';
import { loadConfig } from '../src/config/load.ts';

const root = new URL('../', import.meta.url);
const pages = [
  'README.md',
  'SECURITY.md',
  ...readdirSync(new URL('docs/', root)).map((name) => `docs/${name}`),
];
const read = (page: string) => readFileSync(new URL(page, root), 'utf8');

/** The YAML of a page, taken out of its indentation. */
const snippets = pages.flatMap((page) =>
  [...read(page).matchAll(/^( *)```yaml\n([\s\S]*?)\n *```/gm)].map(
    ([, indent = '', text = ''], index) =>
      [
        `${page} ${index + 1}`,
        text
          .split('\n')
          .map((line) => line.slice(indent.length))
          .join('\n'),
      ] as const,
  ),
);

/** The rows of every table of threats: where the test is, and what it is called. */
const defences = [
  ...read('docs/security.md').matchAll(
    /^\| threat \| defence \| test \|\n\|---\|---\|---\|\n((?:\|.*\n)+)/gm,
  ),
]
  .flatMap(([, rows = '']) => rows.trimEnd().split('\n'))
  .map((row) => /\[`(test\/[^`]+)`\]\([^)]+\): (.+) \|$/.exec(row)?.slice(1) ?? [row, '']);

describe('the table of threats', () => {
  it.each(defences)('names a test that there is: %s: %s', (file, name) => {
    expect(name).not.toBe('');
    const text = read(file ?? '');
    expect([`'${name}'`, `"${name}"`].some((title) => text.includes(title))).toBe(true);
  });

  it('has many rows', () => {
    expect(defences.length).toBeGreaterThan(30);
  });
});

describe('the documentation', () => {
  it('names every event once in its table', () => {
    const named = [...read('docs/events.md').matchAll(/^\| `([a-z_]+)` \|/gm)].map((match) => match[1]);
    expect(named.sort()).toEqual([...EVENT_KINDS].sort());
  });

  it.each(snippets)('shows configs and flows that load: %s', async (_name, text) => {
    const shown = parse(text);
    if (shown.image !== undefined) {
      expect(FlowFile.safeParse(shown).error?.issues).toBeUndefined();
      return;
    }
    const rest = parse(read('config/minimal.yaml'));
    const env = {
      BECKON_WEBHOOK_SECRET: 'secret',
      GITLAB_TOKEN: 'glpat-0',
      GITLAB_TOKEN_CLAUDE: 'glpat-1',
      GITLAB_TOKEN_CODEX: 'glpat-2',
      BECKON_ADMIN_TOKEN: 'the-token-of-the-operator',
      BECKON_NOTIFY_KEY: `whsec_${Buffer.alloc(32).toString('base64')}`,
      CHAT_WEBHOOK: 'https://chat.example.com/hook',
    };
    const readFile = (path: string) =>
      path.endsWith('/beckon.yaml') ? JSON.stringify({ ...rest, ...shown }) : 'secret-of-a-file';
    await expect(loadConfig({ file: 'beckon.yaml', env, readFile })).resolves.toBeDefined();
  });
});
