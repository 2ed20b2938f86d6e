import type { StopRequest } from '../queue-ports.ts';
import type { Run } from '../run.ts';
import { findOwnPipeline } from './pipeline.ts';
import { findOwnBranch } from './prepare.ts';
import { done, type StepResult, type StepTools } from './step.ts';

/**
 * Stops a run at somebody's request, wherever it stands: cancels its pipeline. What is left after that is to clean
 * up and say so. Cancelling a pipeline that is over does nothing.
 */
export async function cancel(
  run: Run,
  { by, reason }: StopRequest,
  { gitlab, resumed }: Pick<StepTools, 'gitlab' | 'resumed'>,
): Promise<StepResult> {
  const projectId = run.event.project.id;
  // Branch and pipeline can be there although no answer said so.
  const mayHaveOne = resumed && run.step === 'prepare';
  const branch = run.branch ?? (mayHaveOne ? await findOwnBranch(run, gitlab) : undefined);
  const pipeline = run.pipeline ?? (await findOwnPipeline(run, gitlab));
  if (pipeline !== undefined) await gitlab.cancelPipeline(projectId, pipeline.id);
  return done({
    ...run,
    ...(branch === undefined ? {} : { branch }),
    outcome: { kind: 'cancelled', by: reason === '' ? by : `${by}, ${reason}` },
  });
}
