import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { JobPlan, PipelineRequest, Runner } from '../ports.ts';
import { configError } from './config-error.ts';
import { type Prepared, prepare } from './gitlab-ci-local.ts';
import { inputsError } from './inputs.ts';
import { createJobFolder, type JobFolder } from './job-folder.ts';
import { jobVariables } from './job-variables.ts';
import { predefined } from './predefined.ts';
import { runInGroup } from './process-group.ts';
import { writeGitShim } from './shims.ts';
import { variablesFile } from './variables-file.ts';
import { workflowProbe } from './workflow-probe.ts';
import { writeOut } from './write-out.ts';

interface Listed extends JobPlan {
  readonly when: string;
}

/** Jobs that wait for a person, or for a failure, do not start with the pipeline. */
const STARTING = new Set(['on_success', 'always', 'delayed']);
/** GitLab refuses a pipeline that has nothing else. */
const EDGES = new Set(['.pre', '.post']);
/** The configurations that have the right form: holding one to GitLab's schema takes longer than all the rest. */
const wellFormed = new Set<string>();

/** What the form of a configuration can depend on. */
async function formOf({ repository, commitId, ciConfigPath, inputs }: PipelineRequest): Promise<string> {
  const files = (await repository.tree(commitId)).filter(({ path }) => /\.ya?ml$/.test(path));
  return JSON.stringify([ciConfigPath, inputs, files.map(({ path, blobId }) => [path, blobId])]);
}

async function list(
  prepared: Prepared,
  config: string,
  ...more: readonly string[]
): Promise<readonly Listed[] | { error: string }> {
  let listed = '';
  let told = '';
  const code = await runInGroup({
    program: process.execPath,
    args: [...prepared.args, '--file', config, '--list-json', ...more],
    cwd: prepared.cwd,
    // The colours tell an error from the warnings before it.
    env: { ...prepared.env, FORCE_COLOR: '1' },
    onOutput: (text, stream) => {
      if (stream === 'stdout') listed += text;
      else told += text;
    },
  });
  if (code === 0) return JSON.parse(listed) as readonly Listed[];
  return { error: configError(told) ?? `gitlab-ci-local failed: ${told.trim()}` };
}

async function planIn(
  folder: JobFolder,
  request: PipelineRequest,
  path: string,
  config: string,
): ReturnType<Runner['plan']> {
  const wrongInputs = inputsError(config, request.inputs);
  if (wrongInputs !== undefined) return { error: wrongInputs };
  const files = await writeOut(request.repository, request.commitId, { folder: folder.checkout });
  await writeGitShim(folder.shims, files);
  const variables = jobVariables(request, {
    predefined: await predefined(request, { projectDir: folder.checkout }),
    filePath: (_scope, key) => join(folder.files, key),
  });
  // Rules look at the content of a file variable, so that is what stands here.
  const content = 'error' in variables ? '{}' : variablesFile(variables.scopes, (_scope, { value }) => value);
  const prepared = await prepare(request, folder, { variables: content, path });
  const form = await formOf(request);
  const unless = wellFormed.has(form) ? ['--json-schema-validation=false'] : [];
  const listed = await list(prepared, request.ciConfigPath, ...unless);
  if ('error' in listed) return listed;
  wellFormed.add(form);
  const expanded = parse(await readFile(join(folder.state, 'expanded-gitlab-ci.yml'), 'utf8'));
  const probe = workflowProbe(expanded);
  if (probe !== undefined) {
    await writeFile(join(folder.root, 'workflow.yml'), probe);
    const answer = await list(prepared, '../workflow.yml', '--json-schema-validation=false');
    if ('error' in answer) return answer;
    if (answer.every(({ when }) => when === 'never'))
      return { error: 'The pipeline did not run. Review the workflow:rules configuration for the pipeline.' };
  }
  const jobs = listed.filter(({ when }) => STARTING.has(when)).map(({ name, stage }) => ({ name, stage }));
  if (jobs.every(({ stage }) => EDGES.has(stage))) return { jobs: [] };
  // GitLab checks this for every job of the pipeline, and names the job.
  if ('error' in variables) return { error: `${jobs[0]?.name}: ${variables.error}` };
  const order: readonly string[] = expanded.stages;
  return { jobs: jobs.toSorted((a, b) => order.indexOf(a.stage) - order.indexOf(b.stage)) };
}

/** Which jobs a pipeline has; see {@link Runner.plan}. */
export async function plan(
  request: PipelineRequest,
  { workDir, path }: { readonly workDir: string; readonly path: string },
): ReturnType<Runner['plan']> {
  const config = await request.repository.readFile(request.commitId, request.ciConfigPath);
  if (config === undefined) return { error: 'Missing CI config file' };
  const folder = await createJobFolder(workDir);
  try {
    return await planIn(folder, request, path, new TextDecoder().decode(config.content));
  } finally {
    await folder.remove();
  }
}
