import { readdirSync, readFileSync } from 'node:fs';

export const root = new URL('../../', import.meta.url);

/** The pages for people, by their paths. */
export const pages: readonly string[] = [
  'README.md',
  'SECURITY.md',
  'src/README.md',
  ...readdirSync(new URL('docs/', root))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

/** A file of the project as text. */
export function read(path: string): string {
  return readFileSync(new URL(path, root), 'utf8');
}
