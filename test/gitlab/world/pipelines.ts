import type { WorldContext } from './context.ts';
import { getPipeline, jobsOf, must } from './lookup.ts';
import type { CiStatus, Job, Pipeline } from './records-project.ts';

const finished: readonly CiStatus[] = ['success', 'failed', 'canceled', 'skipped'];
const started: readonly CiStatus[] = ['running', 'success', 'failed', 'canceling', 'canceled'];

/** Whether a pipeline or job will not move any more. */
export function isFinished(status: CiStatus): boolean {
  return finished.includes(status);
}

/** Moves a fresh pipeline and the jobs of its first stage from `created` to `pending`. */
export function enqueue(pipeline: Pick<Pipeline, 'id'>, context: WorldContext): Pipeline {
  advance(pipeline, context);
  return setPipelineStatus({ pipeline, status: 'pending' }, context);
}

/** Moves a pipeline; each real move goes out as a webhook. */
export function setPipelineStatus(
  input: { pipeline: Pick<Pipeline, 'id'>; status: CiStatus },
  context: WorldContext,
): Pipeline {
  const { state, now } = context;
  const before = getPipeline(input.pipeline.id, state);
  if (before.status === input.status) return before;
  const pipeline: Pipeline = {
    ...before,
    status: input.status,
    updatedAt: now(),
    startedAt: before.startedAt ?? (started.includes(input.status) ? now() : null),
    finishedAt: isFinished(input.status) ? now() : null,
  };
  state.pipelines.set(pipeline.id, pipeline);
  context.emit({ type: 'pipeline', pipeline });
  return pipeline;
}

/** Moves one job, and its pipeline with it. */
export function setJobStatus(
  input: { job: Pick<Job, 'id'>; status: CiStatus; failureReason?: string },
  context: WorldContext,
): Job {
  const before = must(context.state.jobs.get(input.job.id), `job ${input.job.id}`);
  const job = saveJob(
    { ...before, status: input.status, failureReason: input.failureReason ?? null },
    context,
  );
  advance({ id: job.pipelineId }, context);
  const statuses = jobsOf({ id: job.pipelineId }, context.state).map(effective);
  setPipelineStatus({ pipeline: { id: job.pipelineId }, status: overall(statuses) }, context);
  return job;
}

/** Ends a pipeline: jobs that are not done yet end with it. */
export function finishPipeline(
  input: {
    pipeline: Pick<Pipeline, 'id'>;
    status: 'success' | 'failed' | 'canceled' | 'skipped';
    failureReason?: string;
  },
  context: WorldContext,
): Pipeline {
  if (getPipeline(input.pipeline.id, context.state).status === 'pending' && input.status !== 'skipped')
    startPipeline(input.pipeline, context);
  for (const job of jobsOf(input.pipeline, context.state)) {
    if (isFinished(job.status)) continue;
    const reason = input.status === 'failed' ? (input.failureReason ?? 'script_failure') : null;
    saveJob({ ...job, status: input.status, failureReason: reason }, context);
  }
  return setPipelineStatus({ pipeline: input.pipeline, status: input.status }, context);
}

/** A runner takes the first job. */
export function startPipeline(pipeline: Pick<Pipeline, 'id'>, context: WorldContext): Pipeline {
  const [first] = jobsOf(pipeline, context.state).filter((job) => !isFinished(job.status));
  if (first !== undefined) saveJob({ ...first, status: 'running' }, context);
  return setPipelineStatus({ pipeline, status: 'running' }, context);
}

/** Cancels what still runs; a finished pipeline stays as it is. */
export function cancelPipeline(pipeline: Pick<Pipeline, 'id'>, context: WorldContext): Pipeline {
  const current = getPipeline(pipeline.id, context.state);
  if (isFinished(current.status)) return current;
  for (const job of jobsOf(pipeline, context.state))
    if (!isFinished(job.status)) saveJob({ ...job, status: 'canceled' }, context);
  return setPipelineStatus({ pipeline, status: 'canceled' }, context);
}

/** Adds to a job's log. */
export function appendTrace(input: { job: Pick<Job, 'id'>; text: string }, { state }: WorldContext): void {
  const job = must(state.jobs.get(input.job.id), `job ${input.job.id}`);
  state.jobs.set(job.id, { ...job, trace: job.trace + input.text });
}

function saveJob(job: Job, { state, now }: WorldContext): Job {
  const saved: Job = {
    ...job,
    startedAt:
      job.startedAt ??
      (job.status === 'running' || job.status === 'success' || job.status === 'failed' ? now() : null),
    finishedAt: isFinished(job.status) ? (job.finishedAt ?? now()) : null,
  };
  state.jobs.set(saved.id, saved);
  return saved;
}

/** Lets the next stage wait for a runner, or skips what follows a failure. */
function advance(pipeline: Pick<Pipeline, 'id'>, context: WorldContext): void {
  const jobs = jobsOf(pipeline, context.state);
  for (const stage of new Set(jobs.map((job) => job.stage))) {
    const before = jobsOf(pipeline, context.state).filter(
      (_job, index) => index < jobs.findIndex((job) => job.stage === stage),
    );
    if (!before.every((job) => isFinished(job.status))) return;
    const broken = before.some((job) => ['failed', 'canceled'].includes(effective(job)));
    for (const job of jobs)
      if (job.stage === stage && job.status === 'created')
        saveJob({ ...job, status: broken ? 'skipped' : 'pending' }, context);
  }
}

/** A job that may fail counts as a success. */
function effective(job: Job): CiStatus {
  return job.allowFailure && job.status === 'failed' ? 'success' : job.status;
}

function overall(statuses: readonly CiStatus[]): CiStatus {
  if (statuses.every((status) => status === 'skipped')) return 'skipped';
  if (statuses.every(isFinished)) {
    if (statuses.includes('failed')) return 'failed';
    return statuses.includes('canceled') ? 'canceled' : 'success';
  }
  if (statuses.some((status) => status === 'running' || isFinished(status))) return 'running';
  return statuses.includes('pending') ? 'pending' : 'created';
}
