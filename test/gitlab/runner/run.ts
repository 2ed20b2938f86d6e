import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { findProgram } from '../git/find-program.ts';
import type { JobPlan, JobResult, PipelineRequest, Runner } from '../ports.ts';
import { clone } from './clone.ts';
import { prepare } from './gitlab-ci-local.ts';
import { createJobFolder, type JobFolder } from './job-folder.ts';
import { lineReader, readLogLine } from './job-log.ts';
import { jobVariables } from './job-variables.ts';
import { predefined } from './predefined.ts';
import { runInGroup } from './process-group.ts';
import { writeGitShim } from './shims.ts';
import { variablesFile } from './variables-file.ts';
import { writeOut } from './write-out.ts';

type Hooks = Parameters<Runner['run']>[2];

export interface RunDependencies {
  readonly workDir: string;
  readonly path: string;
  readonly gitUrl: (projectPath: string) => string;
}

async function checkOut(
  folder: JobFolder,
  request: PipelineRequest,
  hooks: Hooks,
  { path, gitUrl }: RunDependencies,
) {
  const { commitId, ref } = request;
  const git = findProgram('git', path);
  hooks.onLog(
    `Getting source from Git repository\nChecking out ${commitId.slice(0, 8)} as detached HEAD (ref is ${ref})...\n`,
  );
  if (git === undefined) {
    const files = await writeOut(request.repository, commitId, { folder: folder.checkout });
    await writeGitShim(folder.shims, files);
    return;
  }
  const url = gitUrl(request.predefined.CI_PROJECT_PATH ?? '');
  await clone({ url, commitId, folder: folder.checkout, home: folder.home, path, git, signal: hooks.signal });
}

/** Writes the contents of file variables where the job will look for them and answers the variables file. */
async function handOver(folder: JobFolder, request: PipelineRequest, job: JobPlan): Promise<string> {
  const scopeNames = new Map<string, string>([['*', '']]);
  const filePath = (scope: string, key: string) => {
    const name = scopeNames.get(scope) ?? `scope-${scopeNames.size}`;
    scopeNames.set(scope, name);
    return join(folder.files, name, key);
  };
  const result = jobVariables(request, {
    predefined: await predefined(request, { projectDir: folder.checkout, job }),
    filePath,
  });
  if ('error' in result) throw new Error(result.error);
  for (const { scope, variables } of result.scopes)
    for (const { key, value, file } of variables) {
      if (file !== true) continue;
      await mkdir(dirname(filePath(scope, key)), { recursive: true });
      await writeFile(filePath(scope, key), value, { mode: 0o600 });
    }
  return variablesFile(result.scopes, (scope, { key, value, file }) =>
    file === true ? filePath(scope, key) : value,
  );
}

async function runIn(
  folder: JobFolder,
  request: PipelineRequest,
  job: JobPlan,
  hooks: Hooks,
  dependencies: RunDependencies,
): Promise<number | undefined> {
  await checkOut(folder, request, hooks, dependencies);
  const variables = await handOver(folder, request, job);
  const prepared = await prepare(request, folder, { variables, path: dependencies.path });
  hooks.onLog('Executing "step_script" stage of the job script\n');
  let exitCode: number | undefined;
  const talk: string[] = [];
  const lines = lineReader((line) => {
    const read = readLogLine(line, job.name);
    if (read.kind === 'text') hooks.onLog(`${read.text}\n`);
    else if (read.kind === 'finished') exitCode = read.exitCode;
    else talk.push(read.text);
  });
  const code = await runInGroup({
    program: '/bin/sh',
    // One pipe for both streams keeps the lines in their order.
    args: [
      '-c',
      'exec "$@" 2>&1',
      'sh',
      process.execPath,
      ...prepared.args,
      '--file',
      request.ciConfigPath,
      '--json-schema-validation=false',
      job.name,
    ],
    cwd: prepared.cwd,
    env: prepared.env,
    onOutput: (text) => lines.push(text),
    signal: hooks.signal,
  });
  lines.end();
  // It stopped before the job did anything: its own words are all there is to go by.
  if (exitCode === undefined && !hooks.signal.aborted) hooks.onLog(`${talk.join('\n')}\n`);
  return exitCode ?? (code === 0 ? undefined : code);
}

/** Runs one job; see {@link Runner.run}. The log is worded as GitLab Runner's. */
export async function run(
  request: PipelineRequest,
  job: JobPlan,
  hooks: Hooks,
  dependencies: RunDependencies,
): Promise<JobResult> {
  hooks.onLog('Running with the job runner of the stand-in GitLab (gitlab-ci-local, shell executor)\n');
  const folder = await createJobFolder(dependencies.workDir);
  let exitCode: number | undefined;
  try {
    exitCode = await runIn(folder, request, job, hooks, dependencies);
  } catch (error) {
    hooks.onLog(
      `ERROR: Job failed (system failure): ${error instanceof Error ? error.message : String(error)}\n`,
    );
    return { status: 'failed', exitCode: undefined };
  } finally {
    await folder.remove();
  }
  if (hooks.signal.aborted) {
    hooks.onLog('ERROR: Job failed: canceled\n');
    return { status: 'canceled', exitCode: undefined };
  }
  hooks.onLog(exitCode === 0 ? 'Job succeeded\n' : `ERROR: Job failed: exit status ${exitCode ?? 1}\n`);
  return { status: exitCode === 0 ? 'success' : 'failed', exitCode };
}
