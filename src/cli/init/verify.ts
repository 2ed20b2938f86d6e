import { readFileSync } from 'node:fs';
import { loadConfig } from '../../config/load.ts';
import type { Answers } from './answers.ts';
import type { Writing } from './write.ts';

/**
 * Loads a config as every command will, before anything of it is written. Environment variables that are not set here
 * and are to be set for the service are taken for set; `unset` are their names. @throws {ConfigError}
 */
export async function verify(
  { text, secrets }: Writing,
  {
    file,
    env,
    answers,
  }: { readonly file: string; readonly env: NodeJS.ProcessEnv; readonly answers: Answers },
): Promise<{ readonly unset: readonly string[] }> {
  const { token, operatorToken, queue } = answers;
  const standIns = {
    ...standIn(token, 'not-set-yet'),
    ...standIn(operatorToken, 'not-set-yet'),
    ...standIn(queue, 'redis://not-set-yet'),
  };
  const files = new Map([
    [file, text],
    ...secrets.map(({ path, secret }) => [path, secret.reveal()] as const),
  ]);
  await loadConfig({
    file,
    env: { ...standIns, ...env },
    readFile: (path) => files.get(path) ?? readFileSync(path, 'utf8'),
  });
  return { unset: Object.keys(standIns).filter((name) => env[name] === undefined) };
}

function standIn(source: Answers['queue'] | undefined, value: string): Record<string, string> {
  return source?.kind === 'env' ? { [source.name]: value } : {};
}
