import type { Runner } from '../ports.ts';
import type { WorldContext } from './context.ts';
import { getPipeline, jobsOf } from './lookup.ts';
import { addToken, revokeToken } from './people.ts';
import { appendTrace, isFinished, setJobStatus } from './pipelines.ts';
import { jobRequest, pipelineRequest } from './predefined.ts';
import type { Job, Pipeline } from './records-project.ts';

/** How often a running job looks whether somebody cancelled its pipeline, in milliseconds. */
const cancelCheckMs = 50;

/** Runs a pipeline's jobs one after the other. After a failure the jobs of later stages are skipped. */
export async function runPipeline(pipeline: Pipeline, runner: Runner, context: WorldContext): Promise<void> {
  let failedStage: string | undefined;
  for (const { id } of jobsOf(pipeline, context.state)) {
    // Another turn first, so that whoever made the pipeline has its id before the job talks back.
    await new Promise((resolve) => setImmediate(resolve));
    const job = context.state.jobs.get(id);
    if (job === undefined || isFinished(getPipeline(pipeline.id, context.state).status)) return;
    if (failedStage !== undefined && failedStage !== job.stage) {
      setJobStatus({ job, status: 'skipped' }, context);
      continue;
    }
    const result = await runJob(job, pipeline, runner, context);
    if (isFinished(getPipeline(pipeline.id, context.state).status)) return;
    const reason = result.status === 'failed' ? { failureReason: 'script_failure' } : {};
    if (result.status === 'failed') failedStage = job.stage;
    setJobStatus({ job, status: result.status, ...reason }, context);
  }
}

async function runJob(
  job: Job,
  pipeline: Pipeline,
  runner: Runner,
  context: WorldContext,
): Promise<{ readonly status: 'success' | 'failed' | 'canceled' }> {
  setJobStatus({ job, status: 'running' }, context);
  const token = addToken({ user: pipeline.userId, jobId: job.id, scopes: [], name: job.name }, context);
  const abort = new AbortController();
  const watch = setInterval(() => {
    const current = context.state.pipelines.get(pipeline.id);
    if (current === undefined || current.status === 'canceled') abort.abort();
  }, cancelCheckMs);
  const request = jobRequest(
    pipelineRequest(pipeline, context),
    { job, pipeline, token: token.value },
    context,
  );
  const onLog = (text: string) => appendTrace({ job, text }, context);
  try {
    return await runner.run(request, { name: job.name, stage: job.stage }, { onLog, signal: abort.signal });
  } catch (error) {
    onLog(
      `\nERROR: Job failed (system failure): ${error instanceof Error ? error.message : String(error)}\n`,
    );
    return { status: abort.signal.aborted ? 'canceled' : 'failed' };
  } finally {
    clearInterval(watch);
    revokeToken(token, context);
  }
}
