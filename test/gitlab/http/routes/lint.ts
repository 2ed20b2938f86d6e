import { jobsInConfig } from '../../world/ci-config.ts';
import { mergeIncludes } from '../../world/ci-includes.ts';
import { repositoryOf } from '../../world/commits.ts';
import { levels } from '../../world/levels.ts';
import type { Project } from '../../world/records-project.ts';
import { notFound } from '../../world/refusal.ts';
import { type Call, type Endpoint, ok } from '../call.ts';
import { flag, requiredText, text } from '../input.ts';
import { projectFor, projectWithCode } from '../lookup.ts';

/** Static checks of CI files, as far as reading YAML, following local includes and naming jobs goes. */
export const lintRoutes: readonly Endpoint[] = [
  {
    method: 'GET',
    path: '/projects/:id/ci/lint',
    run: async (call) => {
      const project = projectWithCode(call);
      const ref = text(call, 'content_ref') ?? text(call, 'sha') ?? project.defaultBranch;
      const repository = repositoryOf(project, call.context.state);
      if ((await repository.resolve(ref)) === undefined) throw notFound('Commit');
      const file = await repository.readFile(ref, project.ciConfigPath ?? '.gitlab-ci.yml');
      if (file === undefined)
        return ok(result(call, { error: 'Please provide content of .gitlab-ci.yml' }, ''));
      return ok(await check(call, { project, ref, content: Buffer.from(file.content).toString('utf8') }));
    },
  },
  {
    method: 'POST',
    path: '/projects/:id/ci/lint',
    run: async (call) => {
      const project = projectFor(call, levels.developer);
      return ok(
        await check(call, { project, ref: project.defaultBranch, content: requiredText(call, 'content') }),
      );
    },
  },
];

async function check(
  call: Call,
  { project, ref, content }: { project: Project; ref: string; content: string },
) {
  const repository = repositoryOf(project, call.context.state);
  const merged = await mergeIncludes(content, async (path) => {
    const file = await repository.readFile(ref, path);
    return file === undefined ? undefined : Buffer.from(file.content).toString('utf8');
  });
  return 'error' in merged ? result(call, merged, '') : result(call, jobsInConfig(merged.text), merged.text);
}

function result(call: Call, config: ReturnType<typeof jobsInConfig>, mergedYaml: string) {
  const bad = 'error' in config;
  const none = !bad && config.jobs.length === 0;
  const errors = bad ? [config.error] : none ? ['jobs config should contain at least one visible job'] : [];
  return {
    valid: errors.length === 0,
    errors,
    warnings: [],
    merged_yaml: mergedYaml,
    includes: [],
    ...(flag(call, 'include_jobs') === true ? { jobs: bad ? [] : config.jobs } : {}),
  };
}
