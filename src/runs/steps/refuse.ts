import type { Run } from '../run.ts';
import { done, type StepResult } from './step.ts';

interface How {
  /** No note says so. */
  readonly silent?: boolean;
  /** The address of the note of a run in the way. */
  readonly see?: string | undefined;
}

/** A run that may not start. */
export function refused(run: Run, error: string, { silent = false, see }: How = {}): Run {
  return {
    ...run,
    outcome: { kind: 'refused', error, silent, ...(see === undefined ? {} : { see }) },
  };
}

/** Ends a run that may not start. */
export function refuse(run: Run, error: string, how: How = {}): StepResult {
  return done(refused(run, error, how));
}
