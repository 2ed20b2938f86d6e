import type { RunState } from '../config/config.ts';
import type { Run } from './run.ts';

/** A run's state as people see it, from what has happened to it so far. */
export function runState(run: Run): RunState {
  if (run.outcome === undefined) {
    if (run.step === 'admit' || run.step === 'turn') return 'queued';
    return run.pipeline === undefined ? 'starting' : 'running';
  }
  switch (run.outcome.kind) {
    case 'merge_request':
    case 'branch':
    case 'no_changes':
      return 'succeeded';
    case 'failed':
    case 'not_started':
      return 'failed';
    case 'refused':
    case 'cancelled':
    case 'timed_out':
      return run.outcome.kind;
    default:
      return run.outcome satisfies never;
  }
}
