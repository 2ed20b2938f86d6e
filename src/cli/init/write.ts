import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Composed, SecretFile } from './compose.ts';

/** What is to be written. */
export interface Writing {
  /** Of the config. */
  readonly text: string;
  readonly secrets: readonly SecretFile[];
}

/** Leaves the made secrets out that are there from earlier. */
export function writingOf({ text, given, made }: Composed): Writing {
  return { text, secrets: [...given, ...made.filter(({ path }) => !existsSync(path))] };
}

/** Writes the config and its secrets. Whoever calls it has asked about the files that are there. */
export function writeAll({ text, secrets }: Writing, file: string): void {
  mkdirSync(dirname(file), { recursive: true });
  for (const secret of secrets) writeSecret(secret);
  writeFileSync(file, text);
}

/** Made anew, so that it is ours, has the mode from its first byte on, and is no link to elsewhere. */
function writeSecret({ path, secret }: SecretFile): void {
  const folder = dirname(path);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const ignore = join(folder, '.gitignore');
  if (!existsSync(ignore)) writeFileSync(ignore, '*\n');
  rmSync(path, { force: true });
  writeFileSync(path, `${secret.reveal()}\n`, { mode: 0o600, flag: 'wx' });
}
