import { join } from 'node:path';
import { temporaryFolder } from '../../../support/temporary.ts';
import { createRepository } from '../../git/repository.ts';
import type { PipelineRequest, Runner } from '../../ports.ts';
import { createRunner, type RunnerOptions } from '../runner.ts';

export interface TestProject {
  /** Where jobs get their folders. */
  readonly workDir: string;
  readonly runner: Runner;
  readonly request: (more?: Partial<PipelineRequest>) => PipelineRequest;
}

/** A project with some files on `main`, and a runner that fetches from its folder. */
export async function projectWith(
  files: Readonly<Record<string, string>>,
  options: Partial<RunnerOptions> = {},
): Promise<TestProject> {
  const folder = await temporaryFolder();
  const repository = await createRepository(join(folder, 'project.git'), { defaultBranch: 'main' });
  const commitId = await repository.commit({
    branch: 'main',
    message: 'Start',
    author: { name: 'Ann', email: 'ann@example.com' },
    actions: Object.entries(files).map(([path, content]) => ({ action: 'create', path, content })),
  });
  const workDir = join(folder, 'jobs');
  const runner = createRunner({ workDir, gitUrl: () => `file://${repository.dir}`, ...options });
  const request = (more: Partial<PipelineRequest> = {}): PipelineRequest => ({
    repository,
    commitId,
    ref: 'main',
    source: 'api',
    ciConfigPath: '.gitlab-ci.yml',
    variables: [],
    inputs: {},
    predefined: { CI_PROJECT_PATH: 'group/project' },
    projectVariables: [],
    ...more,
  });
  return { workDir, runner, request };
}

/** A project whose only job, `job`, runs some lines of shell. */
export function projectRunning(script: string, options: Partial<RunnerOptions> = {}): Promise<TestProject> {
  const job = { stage: 'test', environment: { name: 'ai-flow/claude', action: 'access' }, script: [script] };
  return projectWith({ '.gitlab-ci.yml': JSON.stringify({ job }), 'README.md': '# Project\n' }, options);
}

/** Runs the job `job` and collects its log. */
export async function runJob(
  { runner, request }: TestProject,
  more: Partial<PipelineRequest> = {},
  signal = new AbortController().signal,
) {
  let log = '';
  const onLog = (chunk: string) => {
    log += chunk;
  };
  const result = await runner.run(request(more), { name: 'job', stage: 'test' }, { onLog, signal });
  return { ...result, log };
}

/** A plain pipeline variable. */
export function variable(key: string, value: string, variableType: 'env_var' | 'file' = 'env_var') {
  return { key, value, variableType };
}
