import type { PipelineRequest } from '../ports.ts';
import { repositoryOf } from './commits.ts';
import type { WorldContext } from './context.ts';
import { getGroup, getProject, must } from './lookup.ts';
import { protectionOf } from './policy.ts';
import type { Job, Pipeline } from './records-project.ts';
import { jobUrl, pipelineUrl, projectUrl } from './urls.ts';

/** What a runner is told of a pipeline. Protected variables go to protected refs only. */
export function pipelineRequest(pipeline: Pipeline, context: WorldContext): PipelineRequest {
  const project = getProject(pipeline.projectId, context.state);
  const isProtected = protectionOf(pipeline.ref, project) !== undefined;
  return {
    repository: repositoryOf(project, context.state),
    commitId: pipeline.sha,
    ref: pipeline.ref,
    source: pipeline.source,
    ciConfigPath: project.ciConfigPath ?? '.gitlab-ci.yml',
    variables: pipeline.variables,
    inputs: pipeline.inputs,
    predefined: pipelineVariables(pipeline, context),
    projectVariables: project.variables.filter((variable) => isProtected || !variable.protected),
  };
}

/** The same with what differs by job, its token among that. */
export function jobRequest(
  request: PipelineRequest,
  { job, pipeline, token }: { job: Job; pipeline: Pipeline; token: string },
  context: WorldContext,
): PipelineRequest {
  const { host, protocol } = new URL(context.url());
  const project = getProject(pipeline.projectId, context.state);
  const path = new URL(projectUrl(project, context)).pathname;
  const predefined = {
    ...request.predefined,
    CI_JOB_ID: String(job.id),
    CI_JOB_NAME: job.name,
    CI_JOB_STAGE: job.stage,
    CI_JOB_URL: jobUrl(job, pipeline, context),
    CI_JOB_TOKEN: token,
    CI_REPOSITORY_URL: `${protocol}//gitlab-ci-token:${token}@${host}${path}.git`,
  };
  return { ...request, predefined };
}

function pipelineVariables(pipeline: Pipeline, context: WorldContext): Readonly<Record<string, string>> {
  const { state } = context;
  const project = getProject(pipeline.projectId, state);
  const user = must(state.users.get(pipeline.userId), `user ${pipeline.userId}`);
  const url = new URL(context.url());
  const title = pipeline.commit.message.split('\n')[0] ?? '';
  const major = context.version.split('.');
  return {
    CI: 'true',
    GITLAB_CI: 'true',
    CI_API_V4_URL: `${context.url()}/api/v4`,
    CI_COMMIT_BEFORE_SHA: '0'.repeat(40),
    CI_COMMIT_AUTHOR: `${pipeline.commit.authorName} <${pipeline.commit.authorEmail}>`,
    CI_COMMIT_BRANCH: pipeline.ref,
    CI_COMMIT_MESSAGE: pipeline.commit.message,
    CI_COMMIT_REF_NAME: pipeline.ref,
    CI_COMMIT_REF_PROTECTED: String(protectionOf(pipeline.ref, project) !== undefined),
    CI_COMMIT_REF_SLUG: slug(pipeline.ref),
    CI_COMMIT_SHA: pipeline.sha,
    CI_COMMIT_SHORT_SHA: pipeline.sha.slice(0, 8),
    CI_COMMIT_TITLE: title,
    CI_CONFIG_PATH: project.ciConfigPath ?? '.gitlab-ci.yml',
    CI_DEFAULT_BRANCH: project.defaultBranch,
    CI_PIPELINE_CREATED_AT: pipeline.createdAt.toISOString(),
    CI_PIPELINE_ID: String(pipeline.id),
    CI_PIPELINE_IID: String(pipeline.iid),
    CI_PIPELINE_SOURCE: pipeline.source,
    CI_PIPELINE_URL: pipelineUrl(pipeline, context),
    CI_PROJECT_ID: String(project.id),
    CI_PROJECT_NAME: project.path,
    CI_PROJECT_NAMESPACE: getGroup(project.groupId, state).path,
    CI_PROJECT_PATH: project.pathWithNamespace,
    CI_PROJECT_PATH_SLUG: slug(project.pathWithNamespace),
    CI_PROJECT_TITLE: project.name,
    CI_PROJECT_URL: projectUrl(project, context),
    CI_PROJECT_VISIBILITY: project.visibility,
    CI_SERVER: 'yes',
    CI_SERVER_HOST: url.hostname,
    CI_SERVER_NAME: 'GitLab',
    CI_SERVER_PORT: url.port || (url.protocol === 'https:' ? '443' : '80'),
    CI_SERVER_PROTOCOL: url.protocol.replace(':', ''),
    CI_SERVER_URL: context.url(),
    CI_SERVER_VERSION: context.version,
    CI_SERVER_VERSION_MAJOR: major[0] ?? '',
    CI_SERVER_VERSION_MINOR: major[1] ?? '',
    GITLAB_USER_EMAIL: user.email,
    GITLAB_USER_ID: String(user.id),
    GITLAB_USER_LOGIN: user.username,
    GITLAB_USER_NAME: user.name,
  };
}

function slug(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '-')
    .slice(0, 63)
    .replace(/^-+|-+$/g, '');
}
