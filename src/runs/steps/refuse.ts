import type { Run } from '../run.ts';
import { done, type StepResult } from './step.ts';

/** Ends a run that may not start. `silent`: no note says so. `see`: the address of the note of a run in the way. */
export function refuse(run: Run, error: string, silent: boolean, see?: string): StepResult {
  return done({
    ...run,
    outcome: { kind: 'refused', error, silent, ...(see === undefined ? {} : { see }) },
  });
}
