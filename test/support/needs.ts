import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe } from 'vitest';

/** Programs that tests need beyond Node, with the Debian package that brings each. */
const PACKAGES = {
  git: 'git',
  'redis-server': 'redis-server',
  rsync: 'rsync',
  chromium: 'chromium',
} as const;
export type Program = keyof typeof PACKAGES;

/** Whether a program can be found on this machine. */
function isThere(program: Program): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/**
 * `describe` for tests that need programs which not every machine has. Where one is missing the suite is skipped,
 * with a title that says what to install; where the environment variable CI is set it fails instead.
 */
export function describeWith(programs: readonly Program[], name: string, tests: () => void): void {
  const missing = programs.filter((program) => !isThere(program));
  if (missing.length === 0) {
    describe(name, tests);
    return;
  }
  const packages = missing.map((program) => PACKAGES[program]).join(' ');
  const notice = `skipped: needs ${missing.join(' and ')}, install with: apt-get install ${packages}`;
  if (process.env.CI) throw new Error(`${name}: ${notice}`);
  describe.skip(`${name} (${notice})`, tests);
}
