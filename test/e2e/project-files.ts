import { readFileSync } from 'node:fs';
import { filesIn } from '../gitlab/files-in.ts';

/** The files beside this one, with the template that projects include. */
export function projectFiles({ byInputs }: { byInputs: boolean }): Readonly<Record<string, string>> {
  const shipped = (name: string) => readFileSync(new URL(`../../config/ci/${name}`, import.meta.url), 'utf8');
  return {
    'README.md': '# Shop\n',
    ...filesIn(new URL('project/', import.meta.url)),
    '.gitlab/ci/external-agent.yml': shipped('external-agent.yml'),
    ...(byInputs ? { '.gitlab-ci.yml': shipped('gitlab-ci-inputs.yml') } : {}),
  };
}
