import { describe } from 'vitest';
import { findProgram } from '../gitlab/git/find-program.ts';

type Program =
  | 'git'
  | 'curl'
  | 'redis-server'
  | 'rsync'
  | 'chromium'
  | 'dash'
  | 'busybox'
  | 'openssl'
  | 'script'
  | 'bash'
  | 'promtool';

/** Which Debian package holds each program. */
const PACKAGES: Readonly<Record<Program, string>> = {
  git: 'git',
  curl: 'curl',
  'redis-server': 'redis-server',
  rsync: 'rsync',
  chromium: 'chromium',
  dash: 'dash',
  busybox: 'busybox',
  openssl: 'openssl',
  script: 'bsdutils',
  bash: 'bash',
  promtool: 'prometheus',
};

/** What is missing for tests that use a program, as a sentence with the remedy; nothing where it is there. */
function needs(program: Program): { readonly missing: string | undefined } {
  if (findProgram(program) !== undefined) return { missing: undefined };
  return { missing: `needs ${program}, install with: apt-get install ${PACKAGES[program]}` };
}

/**
 * A suite that needs programs beside Node. Where one is missing the suite is skipped and its title says why,
 * except in CI, where a silent skip would pass for a tested thing: there it fails.
 */
export function describeWith(programs: readonly Program[], name: string, suite: () => void): void {
  const missing = programs.map((program) => needs(program).missing).filter((text) => text !== undefined);
  if (missing.length === 0) {
    describe(name, suite);
    return;
  }
  const title = `${name} (skipped: ${missing.join('; ')})`;
  if (process.env.CI === undefined || process.env.CI === '') {
    // The reporter tells how many were skipped, and not why.
    console.warn(title);
    describe.skip(title, suite);
  } else throw new Error(`${name}: ${missing.join('; ')}`);
}
