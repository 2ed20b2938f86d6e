import { readFile } from 'node:fs/promises';
import { parseAllDocuments } from 'yaml';

async function template(name: string): Promise<string> {
  return readFile(new URL(`../../config/ci/${name}`, import.meta.url), 'utf8');
}

/** The files of a project that took up the templates as their comments say, with two jobs of its own. */
export async function projectFiles(): Promise<Readonly<Record<string, string>>> {
  return {
    '.gitlab-ci.yml': await template('gitlab-ci.yml'),
    '.gitlab/ci/external-agent.yml': await template('external-agent.yml'),
    '.gitlab/ci/main.yml': [
      'build: {stage: build, script: [echo build]}',
      'unit: {stage: test, script: [echo unit]}',
    ].join('\n'),
  };
}

/** The script of the agent's job, as GitLab gives it to a shell. */
export async function jobScript(): Promise<string> {
  const [, configuration] = parseAllDocuments(await template('external-agent.yml'));
  const jobs = configuration?.toJS() as Record<string, { script: string[] }>;
  return Object.values(jobs)
    .flatMap(({ script }) => script)
    .join('\n');
}
