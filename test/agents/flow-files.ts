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

/** The tool that a flow installs with npm: its program, its package and the package's version. */
export function pinnedTool(text: string): { program: string; packageName: string; version: string } {
  const [, program, packageName, version] =
    /command -v (\S+) > \/dev\/null \|\| npm install --global .*?(@?[\w./-]+)@(\S+)/.exec(text) ?? [];
  if (program === undefined || packageName === undefined || version === undefined)
    throw new Error('the flow installs nothing with npm');
  return { program, packageName, version };
}
