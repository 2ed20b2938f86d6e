import { BeckonError } from '../lib/errors.ts';
import type { ProjectPlan } from './plan.ts';
import type { Done, Step } from './step.ts';

/** A step, and what came of it where it was an act. */
export interface Outcome {
  readonly step: Step;
  readonly result?: Done | BeckonError;
}

/** A project with its plan, or why there is none. */
export type Planned = ProjectPlan | { readonly project: string; readonly fault: BeckonError };

/** A project with what was done there. */
export type Finished =
  | (Omit<ProjectPlan, 'steps'> & { readonly outcomes: readonly Outcome[] })
  | { readonly project: string; readonly fault: BeckonError };

/** Does what a plan says, one step after another; one that fails does not keep the others from theirs. */
export async function carryOut(
  { steps, ...plan }: ProjectPlan,
  /** Calls an act, and makes a {@link BeckonError} with a hint of what GitLab refuses. */
  call: (act: () => Promise<Done>) => Promise<Done>,
): Promise<Finished> {
  const outcomes: Outcome[] = [];
  for (const step of steps)
    outcomes.push(step.kind === 'act' ? { step, result: await resultOf(() => call(step.act)) } : { step });
  return { ...plan, outcomes };
}

async function resultOf(act: () => Promise<Done>): Promise<Done | BeckonError> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof BeckonError) return error;
    throw error;
  }
}

/** A plan of which nothing is done yet. */
export function notYet(planned: Planned): Finished {
  if ('fault' in planned) return planned;
  const { steps, ...plan } = planned;
  return { ...plan, outcomes: steps.map((step) => ({ step })) };
}

/** Whether a plan has something that Beckon would do. */
export function hasActs(planned: Planned): boolean {
  return 'steps' in planned && planned.steps.some(({ kind }) => kind === 'act');
}

/** Whether something could not be done, by Beckon or without a person. Variables are always a person's. */
export function isComplete(finished: Finished): boolean {
  if ('fault' in finished) return false;
  return finished.outcomes.every(
    ({ step, result }) => step.kind !== 'person' && !(result instanceof BeckonError),
  );
}
