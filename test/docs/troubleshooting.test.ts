import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const root = new URL('../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');
const page = read('docs/troubleshooting.md');

/** All code that writes what people see: the program, the job that projects include, and the flows. */
const sources = [
  ...readdirSync(new URL('src/', root), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => `src/${name}`),
  'config/ci/external-agent.yml',
  ...readdirSync(new URL('config/flows/', root)).map((name) => `config/flows/${name}`),
].map((path) => ({ path, text: read(path).replaceAll('\\`', '`').replaceAll("\\'", "'") }));

/** The lines of boxes, and the first cells of tables, but for their heads. */
const quotes = [
  ...[...page.matchAll(/^```text\n([\s\S]*?)^```$/gm)].flatMap(([, lines = '']) =>
    lines.trimEnd().split('\n'),
  ),
  ...[...page.matchAll(/^\| (?!---)(?!\w)(.*?) \|/gm)].map(([, cell = '']) => cell.replace(/^`|`$/g, '')),
];

/** What is told when something goes wrong, by its words in the log. */
const WARNING =
  /\blog\.(?:warn|error)\(\s*(?:\{[\s\S]*?\},\s*|\w+,\s*)?'([^']+)'|level: '(?:warn|error)', message: '([^']+)'/g;
const warnings = sources.flatMap(({ text }) =>
  [...text.matchAll(WARNING)].map(([, words, message]) => words ?? message ?? ''),
);

describe('docs/troubleshooting.md', () => {
  it.each(quotes)('quotes what the code says: %s', (quote) => {
    const parts = quote
      .split('…')
      .map((part) => part.trim())
      .filter((part) => part !== '');
    expect(parts.some((part) => part.length > 8)).toBe(true);
    const source = sources.find(({ text }) => parts.every((part) => text.includes(part)));
    expect(source?.path, 'no file has all of these words').toBeDefined();
  });

  it('has many quotes', () => {
    expect(quotes.length).toBeGreaterThan(100);
  });

  it.each([...new Set(warnings)])('says what the log means by: %s', (words) => {
    expect(page).toContain(`\n| \`${words}\` | `);
  });

  it('knows how the log is written to', () => {
    expect(warnings).toContain('step failed, trying again');
    expect(warnings.length).toBeGreaterThan(15);
  });
});
