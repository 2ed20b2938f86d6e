import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe } from 'vitest';

/** Whether a program can be found on this machine. */
export function needs(program: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** A suite that needs programs of the machine; skipped, and named so, where one is missing. */
export function describeWith(programs: readonly string[], name: string, fn: () => void): void {
  const missing = programs.filter((program) => !needs(program));
  if (missing.length === 0) describe(name, fn);
  else describe.skip(`${name} (skipped: there is no ${missing.join(' and no ')} here)`, fn);
}
