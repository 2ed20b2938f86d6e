import type { JobPlan, PipelineRequest } from '../ports.ts';

/** GitLab's rule for `_SLUG` variables: lower case, at most 63 characters, only letters, digits and dashes. */
function slug(text: string): string {
  const dashed = text.toLowerCase().replace(/[^a-z0-9]+/g, '-');
  return dashed.replace(/^-+/, '').slice(0, 63).replace(/-+$/, '');
}

function commitVariables(message: string): Record<string, string> {
  const [title = '', ...rest] = message.split('\n');
  return {
    CI_COMMIT_MESSAGE: message,
    CI_COMMIT_TITLE: title,
    CI_COMMIT_DESCRIPTION: rest.join('\n').replace(/^\n/, ''),
  };
}

/**
 * The predefined variables that follow from the request itself, below those that it brings along, which win.
 * The source of the names: https://docs.gitlab.com/ci/variables/predefined_variables/
 */
export async function predefined(
  request: PipelineRequest,
  { projectDir, job }: { readonly projectDir: string; readonly job?: JobPlan },
): Promise<Readonly<Record<string, string>>> {
  const { commitId, ref, source, repository } = request;
  const [commit] = await repository.log(commitId, { limit: 1 });
  const name = ref.replace(/^refs\/(heads|tags)\//, '');
  // A pipeline of a merge request or a tag has no branch.
  const branch = source !== 'merge_request_event' && !ref.startsWith('refs/tags/');
  return {
    CI: 'true',
    GITLAB_CI: 'true',
    CI_SERVER: 'yes',
    CI_COMMIT_SHA: commitId,
    CI_COMMIT_SHORT_SHA: commitId.slice(0, 8),
    CI_COMMIT_REF_NAME: name,
    CI_COMMIT_REF_SLUG: slug(name),
    ...(branch ? { CI_COMMIT_BRANCH: name } : {}),
    ...commitVariables(commit?.message ?? ''),
    CI_CONFIG_PATH: request.ciConfigPath,
    CI_PIPELINE_SOURCE: source,
    CI_PROJECT_DIR: projectDir,
    CI_BUILDS_DIR: projectDir.slice(0, projectDir.lastIndexOf('/')),
    ...(job === undefined
      ? {}
      : { CI_JOB_NAME: job.name, CI_JOB_NAME_SLUG: slug(job.name), CI_JOB_STAGE: job.stage }),
    ...request.predefined,
  };
}
