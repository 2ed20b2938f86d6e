import type { WorldContext } from '../../world/context.ts';
import { getProject, must } from '../../world/lookup.ts';
import type { CiStatus, Job, Pipeline } from '../../world/records-project.ts';
import { jobUrl, pipelineUrl, projectUrl } from '../../world/urls.ts';
import { commitEntity } from './commit.ts';
import { userById, userProfile } from './user.ts';

type Known = Pick<WorldContext, 'state' | 'url'>;

/** Seconds between two moments, or `null` while one is missing. */
export function seconds(from: Date | null, to: Date | null): number | null {
  return from === null || to === null ? null : Math.max(0, (to.getTime() - from.getTime()) / 1000);
}

/** What people read for a status: `success` is shown as *passed*. */
export function statusText(status: CiStatus): string {
  return status === 'success' ? 'passed' : status.replaceAll('_', ' ');
}

export function pipelineBasic(pipeline: Pipeline, known: Known) {
  return {
    id: pipeline.id,
    iid: pipeline.iid,
    project_id: pipeline.projectId,
    sha: pipeline.sha,
    ref: pipeline.ref,
    status: pipeline.status,
    source: pipeline.source,
    created_at: pipeline.createdAt.toISOString(),
    updated_at: pipeline.updatedAt.toISOString(),
    web_url: pipelineUrl(pipeline, known),
  };
}

export function pipelineEntity(pipeline: Pipeline, known: Known) {
  const duration = seconds(pipeline.startedAt, pipeline.finishedAt);
  const queued = seconds(pipeline.createdAt, pipeline.startedAt);
  const text = statusText(pipeline.status);
  const project = projectUrl(getProject(pipeline.projectId, known.state), known);
  return {
    ...pipelineBasic(pipeline, known),
    before_sha: '0'.repeat(40),
    tag: false,
    yaml_errors: null,
    user: userById(pipeline.userId, known),
    started_at: pipeline.startedAt?.toISOString() ?? null,
    finished_at: pipeline.finishedAt?.toISOString() ?? null,
    committed_at: null,
    duration: duration === null ? null : Math.round(duration),
    queued_duration: queued === null ? null : Math.round(queued),
    coverage: null,
    detailed_status: {
      icon: `status_${pipeline.status}`,
      text: text.charAt(0).toUpperCase() + text.slice(1),
      label: text,
      group: pipeline.status,
      tooltip: text,
      has_details: true,
      details_path: new URL(`${project}/-/pipelines/${pipeline.id}`).pathname,
      illustration: null,
      favicon: null,
    },
    archived: false,
  };
}

export function jobEntity(job: Job, pipeline: Pipeline, known: Known) {
  const project = getProject(pipeline.projectId, known.state);
  return {
    id: job.id,
    status: job.status,
    stage: job.stage,
    name: job.name,
    ref: pipeline.ref,
    tag: false,
    coverage: null,
    allow_failure: job.allowFailure,
    created_at: job.createdAt.toISOString(),
    started_at: job.startedAt?.toISOString() ?? null,
    finished_at: job.finishedAt?.toISOString() ?? null,
    erased_at: null,
    duration: seconds(job.startedAt, job.finishedAt),
    queued_duration: seconds(job.createdAt, job.startedAt),
    user: userProfile(must(known.state.users.get(pipeline.userId), `user ${pipeline.userId}`), known),
    commit: commitEntity(pipeline.commit, project, known),
    pipeline: pipelineBasic(pipeline, known),
    ...(job.failureReason === null ? {} : { failure_reason: job.failureReason }),
    web_url: jobUrl(job, pipeline, known),
    project: { ci_job_token_scope_enabled: false },
    artifacts: [],
    runner: null,
    runner_manager: null,
    artifacts_expire_at: null,
    archived: false,
    tag_list: [],
  };
}
