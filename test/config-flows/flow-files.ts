import { readdirSync, readFileSync } from 'node:fs';

const folder = new URL('../../config/flows/', import.meta.url);

/** The names of the flows that come with the project. */
export const FLOW_NAMES: readonly string[] = readdirSync(folder)
  .filter((file) => file.endsWith('.yaml'))
  .map((file) => file.replace(/\.yaml$/, ''));

/** The text of a flow that comes with the project. */
export function flowText(name: string): string {
  return readFileSync(new URL(`${name}.yaml`, folder), 'utf8');
}

/** The program that a flow looks for before it installs it. */
export function programOf(text: string): string {
  const [, program] = /command -v (\S+) > \/dev\/null/.exec(text) ?? [];
  if (program === undefined) throw new Error('the flow looks for no program');
  return program;
}

/** The package of the registry that a flow installs, and its exact version. */
export function pinnedPackage(text: string): { packageName: string; version: string } {
  const [, packageName, version] =
    /npm install --global (?:-\S+ )*(@?[\w./-]+)@(\d+\.\d+\.\d+)$/m.exec(text) ?? [];
  if (packageName === undefined || version === undefined)
    throw new Error('the flow installs no exact version with npm');
  return { packageName, version };
}
