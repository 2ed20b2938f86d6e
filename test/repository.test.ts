import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { describeWith } from './support/needs.ts';

const root = new URL('../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');

describe('the lockfile', () => {
  it('names no address of a registry', () => {
    expect(read('package-lock.json')).not.toMatch(/"resolved": "http/);
  });

  it('and package.json pin exact versions', () => {
    const { dependencies, devDependencies } = JSON.parse(read('package.json'));
    for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies })) {
      expect(`${name}@${version}`).toMatch(/@\d+\.\d+\.\d+(-[\w.]+)?$/);
    }
  });
});

describeWith(['git'], 'the files under version control', () => {
  // Asked for in the tests: what stands here runs even where they are skipped.
  const files = () =>
    execFileSync('git', ['ls-files', '-co', '--exclude-standard'], { cwd: root, encoding: 'utf8' })
      .split('\n')
      .filter((file) => file !== '');

  it('hold no paths of a machine and no unfinished marks', () => {
    const marks = new RegExp(['/home/\\w', '/ro' + 'ot/', '/Users/\\w', 'TO' + 'DO', 'FIX' + 'ME'].join('|'));
    const wrong = files()
      .filter((file) => /\.(ts|ya?ml|json|md|sh)$/.test(file) && file !== 'package-lock.json')
      .filter((file) => marks.test(read(file)));
    expect(wrong).toEqual([]);
  });

  it('have names in kebab-case', () => {
    const odd = files().filter((file) => /^(src|test)\/.*\.ts$/.test(file) && !/^[a-z0-9./-]+$/.test(file));
    expect(odd).toEqual([]);
  });
});

describe('the README', () => {
  const readme = read('README.md');

  it('names the commands that package.json has', () => {
    const { scripts } = JSON.parse(read('package.json'));
    const named = [...readme.matchAll(/npm run ([a-z:]+)/g)].map((match) => match[1] ?? '');
    expect(named.length).toBeGreaterThan(0);
    for (const name of named) expect(Object.keys(scripts)).toContain(name);
  });
});
