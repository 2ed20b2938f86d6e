import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findProgram } from '../gitlab/git/find-program.ts';
import type { CiVariable } from '../gitlab/runner/expand-variables.ts';
import { temporaryFolder } from '../support/temporary.ts';

/** Shells that images have: Debian's with bash, Debian's without, and Alpine's. */
export const SHELLS = ['bash', 'dash', 'busybox'] as const;
export type Shell = (typeof SHELLS)[number];

/** What the template promises to get by with, in an image that has no bash, and a little for the tests. */
const PROGRAMS = ['base64', 'awk', 'mktemp', 'tr', 'rm', 'cat', 'date', 'env', 'ls', 'printf', 'wc'];

async function link(folder: string, name: string, program: string): Promise<void> {
  const path = findProgram(program);
  if (path !== undefined) await symlink(path, join(folder, name));
}

/** A folder for PATH, in which `sh` is that shell and, for busybox, everything else is busybox, too. */
async function pathOf(shell: Shell, folder: string, programs: readonly string[]): Promise<string> {
  if (shell === 'bash') return process.env.PATH ?? '';
  const path = join(folder, 'bin');
  await mkdir(path);
  await link(path, 'sh', shell);
  for (const name of PROGRAMS) await link(path, name, shell === 'busybox' ? 'busybox' : name);
  for (const name of programs) await link(path, name, name);
  return path;
}

/** What a job left: its exit code, all it printed, what stayed of temporary files, and its checkout by file. */
export interface JobRun {
  readonly code: number;
  readonly output: string;
  readonly leftovers: readonly string[];
  readonly checkout: Readonly<Record<string, string>>;
}

/**
 * Runs the script of a job as a Runner does: with `-e`, the variables in the environment, the content of file
 * variables in files beside the checkout, and nothing on standard input. `programs` are what else the image has;
 * with bash it has all of this machine.
 */
export async function runScript(
  shell: Shell,
  script: string,
  variables: readonly CiVariable[],
  { programs = [] }: { readonly programs?: readonly string[] } = {},
): Promise<JobRun> {
  const folder = await temporaryFolder();
  const [temporary, checkout, files] = ['tmp', 'checkout', 'checkout.tmp'].map((name) => join(folder, name));
  for (const path of [temporary, checkout, files]) await mkdir(path as string);
  const path = await pathOf(shell, folder, programs);
  const env: Record<string, string> = { PATH: path, TMPDIR: temporary as string };
  for (const { key, value, file } of variables) {
    env[key] = file === true ? join(files as string, key) : value;
    if (file === true) await writeFile(env[key], value);
  }
  // A file, because a script that came by inputs is too long for an argument.
  const scriptFile = join(folder, 'script.sh');
  await writeFile(scriptFile, script);
  const program = shell === 'bash' ? 'bash' : join(path, 'sh');
  const child = spawn(program, ['-e', scriptFile], {
    cwd: checkout,
    env,
    // Bash takes a socket, which Node would give it, for a remote login and reads the person's .bashrc.
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  const [code] = await once(child, 'close');
  const seen: Record<string, string> = {};
  for (const name of await readdir(checkout as string))
    seen[name] = await readFile(join(checkout as string, name), 'utf8');
  return { code, output, leftovers: await readdir(temporary as string), checkout: seen };
}
