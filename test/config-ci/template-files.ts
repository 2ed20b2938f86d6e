import { readFile } from 'node:fs/promises';
import { fillIn } from './fill-in.ts';

/** The files of which a project's CI configuration starts with one. */
export type Entry = 'gitlab-ci.yml' | 'gitlab-ci-inputs.yml' | 'central.yml';

export interface ProjectFiles {
  readonly ciConfigPath: string;
  readonly files: Readonly<Record<string, string>>;
}

const OWN_JOBS = [
  'build: {stage: build, script: [echo build]}',
  'unit: {stage: test, script: [echo unit]}',
].join('\n');

async function template(name: string): Promise<string> {
  return readFile(new URL(`../../config/ci/${name}`, import.meta.url), 'utf8');
}

/**
 * The central configuration, without a second project: what it includes from the project itself, it includes as a
 * file beside it. So its rules and inputs are tested, and not how GitLab finds the files.
 */
async function withCentralConfiguration(): Promise<ProjectFiles> {
  const central = await template('central.yml');
  const fromProject = /- project: \$CI_PROJECT_PATH\n(?: +#.*\n)* +ref: \$CI_COMMIT_SHA\n +file: (\S+)\n/;
  if (!fromProject.test(central)) throw new Error('central.yml does not include the file of the project');
  return {
    ciConfigPath: 'central.yml',
    files: {
      'central.yml': central.replace(fromProject, '- local: $1\n'),
      'external-agent.yml': await template('external-agent.yml'),
      '.gitlab-ci.yml': OWN_JOBS,
    },
  };
}

/** The files of a project that took up the templates as their comments say, with two jobs of its own. */
export async function projectFiles(entry: Entry = 'gitlab-ci.yml'): Promise<ProjectFiles> {
  if (entry === 'central.yml') return withCentralConfiguration();
  return {
    ciConfigPath: '.gitlab-ci.yml',
    files: {
      '.gitlab-ci.yml': await template(entry),
      '.gitlab/ci/external-agent.yml': await template('external-agent.yml'),
      '.gitlab/ci/main.yml': OWN_JOBS,
    },
  };
}

/** What GitLab makes of the agent's job: the script for the shell, and the variables that the job itself has. */
export interface AgentJob {
  readonly script: string;
  readonly variables: Readonly<Record<string, string>>;
}

/**
 * The agent's job in a pipeline with these inputs, none of them being the way by variables: the entry file hands
 * them on to the template, beside inputs that the project itself chose. @throws Error for an input that GitLab would refuse.
 */
export async function agentJob(
  inputs: Readonly<Record<string, string>> = {},
  ofProject: Readonly<Record<string, string>> = {},
): Promise<AgentJob> {
  const entry = fillIn(await template('gitlab-ci-inputs.yml'), inputs) as {
    include: readonly { local: string; inputs: Readonly<Record<string, string>> }[];
    '.external-agent': { before_script: readonly string[] };
  };
  const handedOn = entry.include.find(({ local }) => local.endsWith('external-agent.yml'))?.inputs ?? {};
  const jobs = fillIn(await template('external-agent.yml'), { ...handedOn, ...ofProject }) as Record<
    string,
    { script: string[]; variables: Record<string, string> }
  >;
  const { script = [], variables = {} } = jobs['.external-agent'] ?? {};
  const { before_script } = entry['.external-agent'];
  return { script: [...before_script, ...script].join('\n'), variables };
}
