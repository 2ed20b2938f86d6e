import type { StopRequest } from '../queue-ports.ts';
import type { Run } from '../run.ts';
import { findOwnPipeline } from './pipeline.ts';
import { done, type StepResult, type StepTools } from './step.ts';

/**
 * Stops a run at somebody's request, wherever it stands: cancels its pipeline. What is left after that is to clean
 * up and say so. Cancelling a pipeline that is over does nothing.
 */
export async function cancel(
  run: Run,
  { by, reason }: StopRequest,
  { gitlab }: Pick<StepTools, 'gitlab'>,
): Promise<StepResult> {
  const projectId = run.event.project.id;
  // It can be there although no answer said so.
  const pipeline = run.pipeline ?? (await findOwnPipeline(run, gitlab));
  if (pipeline !== undefined) await gitlab.cancelPipeline(projectId, pipeline.id);
  return done({ ...run, outcome: { kind: 'cancelled', by: reason === '' ? by : `${by}, ${reason}` } });
}
