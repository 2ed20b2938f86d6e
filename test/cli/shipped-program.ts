import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openTerminal, type Terminal } from '../support/terminal.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** What a command printed, and how it ended. */
export interface Ended {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ShippedProgram {
  /** Of the test's own: where the commands are called. */
  readonly folder: string;
  beckon(args: readonly string[]): Promise<Ended>;
  /** The same on a terminal. */
  terminal(args: readonly string[], env?: NodeJS.ProcessEnv): Terminal;
  remove(): void;
}

export const TINY_FLOW = `# Tiny (https://tiny.example.com) as an external agent. It does nothing.
#
#   TINY_API_KEY            the key of the provider
#   GITLAB_TOKEN_<AGENT>    the agent's token, to push. Without it
#                           nothing is pushed.
image: alpine:3
variables:
  - TINY_API_KEY
  - TINY_MODEL
commands:
  - "true"
`;

/** The built program in a folder of its own, as a package manager would put it, with a flow `tiny` among its own. */
export function shippedProgram(): ShippedProgram {
  const folder = mkdtempSync(join(tmpdir(), 'beckon-shipped-'));
  const home = join(folder, 'beckon');
  for (const part of ['dist', 'config', 'package.json'])
    cpSync(join(root, part), join(home, part), { recursive: true });
  writeFileSync(join(home, 'config/flows/tiny.yaml'), TINY_FLOW);
  symlinkSync(join(root, 'node_modules'), join(home, 'node_modules'));
  const work = join(folder, 'work');
  mkdirSync(work);
  const options = { cwd: work, env: { PATH: process.env.PATH ?? '' } };
  const program = join(home, 'dist/cli/main.js');
  return {
    folder: work,
    terminal: (args, env = {}) =>
      openTerminal([process.execPath, program, ...args], {
        ...options,
        env: { ...options.env, TERM: 'xterm', SHELL: '/bin/sh', ...env },
      }),
    beckon: (args) =>
      new Promise((resolve) => {
        const child = execFile(process.execPath, [program, ...args], options, (_error, stdout, stderr) =>
          resolve({ status: child.exitCode ?? -1, stdout, stderr }),
        );
      }),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
