import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { findProgram } from '../git/find-program.ts';
import type { PipelineRequest } from '../ports.ts';
import { inputsFile } from './inputs.ts';
import type { JobFolder } from './job-folder.ts';
import { writeRsyncShim } from './shims.ts';

const require = createRequire(import.meta.url);
const manifest = require.resolve('gitlab-ci-local/package.json');
const PROGRAM = join(dirname(manifest), 'dist/index.js');

/** What gitlab-ci-local finds set up: where, with which variables, and the environment to start it with. */
export interface Prepared {
  /** All but `--file` and what to do. */
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Prepares a run of gitlab-ci-local in a job's folder: shell executor, nothing of this process's environment,
 * its own files beside the checkout. `variables` is the content of its variables file.
 */
export async function prepare(
  request: PipelineRequest,
  folder: JobFolder,
  { variables, path }: { readonly variables: string; readonly path: string },
): Promise<Prepared> {
  if (findProgram('rsync', path) === undefined) await writeRsyncShim(folder.shims);
  await writeFile(join(folder.root, 'variables.yml'), variables, { mode: 0o600 });
  await writeFile(join(folder.root, 'inputs.yml'), inputsFile(request.inputs));
  const known = JSON.parse(variables) as Record<string, unknown>;
  const args = [
    PROGRAM,
    '--force-shell-executor',
    '--state-dir',
    '../state',
    '--variables-file',
    '../variables.yml',
    '--inputs-file',
    '../inputs.yml',
    '--ignore-predefined-vars',
    Object.keys(known).join(','),
    '--max-job-name-padding',
    '0',
    // GitLab takes every `changes` for true in pipelines that no push started.
    '--evaluate-rule-changes=false',
    // It makes up what it is not told; a job must not see a branch where GitLab has none.
    ...(known.CI_COMMIT_BRANCH === undefined ? ['--unset-variable', 'CI_COMMIT_BRANCH'] : []),
  ];
  const env = { PATH: `${folder.shims}:${path}`, HOME: folder.home, LANG: 'C.UTF-8' };
  return { args, cwd: folder.checkout, env };
}
