import { jobsInConfig } from '../../world/ci-config.ts';
import { repositoryOf } from '../../world/commits.ts';
import { levels } from '../../world/levels.ts';
import { type Call, type Endpoint, ok } from '../call.ts';
import { flag, requiredText, text } from '../input.ts';
import { projectFor, projectWithCode } from '../lookup.ts';

/** Checks of CI files, as far as reading YAML and naming jobs goes. */
export const lintRoutes: readonly Endpoint[] = [
  {
    method: 'GET',
    path: '/projects/:id/ci/lint',
    run: async (call) => {
      const project = projectWithCode(call);
      const ref = text(call, 'content_ref') ?? text(call, 'sha') ?? project.defaultBranch;
      const path = project.ciConfigPath ?? '.gitlab-ci.yml';
      const file = await repositoryOf(project, call.context.state).readFile(ref, path);
      if (file === undefined)
        return ok(result(call, { error: 'Please provide content of .gitlab-ci.yml' }, ''));
      const content = Buffer.from(file.content).toString('utf8');
      return ok(result(call, jobsInConfig(content), content));
    },
  },
  {
    method: 'POST',
    path: '/projects/:id/ci/lint',
    run: (call) => {
      projectFor(call, levels.developer);
      const content = requiredText(call, 'content');
      return ok(result(call, jobsInConfig(content), content));
    },
  },
];

function result(call: Call, config: ReturnType<typeof jobsInConfig>, content: string) {
  const bad = 'error' in config;
  const none = !bad && config.jobs.length === 0 && !content.includes('include:');
  const errors = bad ? [config.error] : none ? ['jobs config should contain at least one visible job'] : [];
  return {
    valid: errors.length === 0,
    errors,
    warnings: [],
    merged_yaml: content,
    includes: [],
    ...(flag(call, 'include_jobs') === true ? { jobs: bad ? [] : config.jobs } : {}),
  };
}
