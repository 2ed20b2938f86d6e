import { seconds, statusText } from '../http/entities/pipeline.ts';
import type { WorldContext } from '../world/context.ts';
import type { DomainEvent } from '../world/events.ts';
import { getProject, jobsOf } from '../world/lookup.ts';
import { protectionOf } from '../world/policy.ts';
import { pipelineUrl } from '../world/urls.ts';
import { atLeast } from '../world/version.ts';
import { hookCommit, hookDate, hookProject, hookUser } from './attributes.ts';

/** The whole webhook of a pipeline. It tells every variable that the pipeline was given. */
export function pipelinePayload(
  { pipeline }: Extract<DomainEvent, { type: 'pipeline' }>,
  context: WorldContext,
) {
  const project = getProject(pipeline.projectId, context.state);
  const jobs = jobsOf(pipeline, context.state);
  const duration = seconds(pipeline.startedAt, pipeline.finishedAt);
  const queued = seconds(pipeline.createdAt, pipeline.startedAt);
  const user = hookUser(pipeline.userId, context);
  return {
    object_kind: 'pipeline',
    object_attributes: {
      id: pipeline.id,
      iid: pipeline.iid,
      name: null,
      ref: pipeline.ref,
      tag: false,
      sha: pipeline.sha,
      before_sha: '0'.repeat(40),
      source: pipeline.source,
      status: pipeline.status,
      detailed_status: statusText(pipeline.status),
      stages: [...new Set(jobs.map((job) => job.stage))],
      created_at: hookDate(pipeline.createdAt, context),
      finished_at: hookDate(pipeline.finishedAt, context),
      duration: duration === null ? null : Math.round(duration),
      queued_duration: queued === null ? null : Math.round(queued),
      protected_ref: protectionOf(pipeline.ref, project) !== undefined,
      ...(atLeast(context.version, 19, 3) ? { default_branch: pipeline.ref === project.defaultBranch } : {}),
      variables: pipeline.variables.map(({ key, value }) => ({ key, value })),
      url: pipelineUrl(pipeline, context),
    },
    merge_request: null,
    user,
    project: withoutLinks(hookProject(pipeline.projectId, context)),
    commit: hookCommit(pipeline.commit, pipeline.projectId, context),
    builds: [...jobs].reverse().map((job) => ({
      id: job.id,
      stage: job.stage,
      name: job.name,
      status: job.status,
      created_at: hookDate(job.createdAt, context),
      started_at: hookDate(job.startedAt, context),
      finished_at: hookDate(job.finishedAt, context),
      duration: seconds(job.startedAt, job.finishedAt),
      queued_duration: seconds(job.createdAt, job.startedAt),
      failure_reason: job.failureReason,
      when: 'on_success',
      manual: false,
      allow_failure: job.allowFailure,
      user,
      runner: null,
      artifacts_file: { filename: null, size: null },
      environment: null,
    })),
  };
}

/** Pipeline webhooks leave the old names for links out. */
function withoutLinks(project: ReturnType<typeof hookProject>) {
  const { homepage: _homepage, url: _url, ssh_url: _ssh, http_url: _http, ...rest } = project;
  return rest;
}
