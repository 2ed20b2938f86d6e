import type { Runner } from '../ports.ts';
import type { WorldContext } from './context.ts';
import { jobsOf } from './lookup.ts';
import { addToken, revokeToken } from './people.ts';
import { appendTrace, isFinished, setJobStatus } from './pipelines.ts';
import { jobRequest, pipelineRequest } from './predefined.ts';
import type { Job, Pipeline } from './records-project.ts';

/** How often a running job looks whether somebody cancelled its pipeline, in milliseconds. */
const cancelCheckMs = 50;

/** Runs a pipeline's jobs one after the other. What a cancellation or a failure has ended is passed over. */
export async function runPipeline(pipeline: Pipeline, runner: Runner, context: WorldContext): Promise<void> {
  for (const { id } of jobsOf(pipeline, context.state)) {
    // Another turn first, so that whoever made the pipeline has its id before the job talks back.
    await new Promise((resolve) => setImmediate(resolve));
    const job = jobOf(id, context);
    if (job === undefined || isFinished(job.status)) continue;
    const result = await runJob(job, pipeline, runner, context);
    if (isFinished(jobOf(id, context)?.status ?? 'canceled')) continue;
    const reason = result.status === 'failed' ? { failureReason: 'script_failure' } : {};
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

function jobOf(id: number, { state }: WorldContext): Job | undefined {
  return state.jobs.get(id);
}
