import { Failure, Interruption } from './failures.ts';
import { isPassingRefusal } from './remedies.ts';

/** How often a step is tried before the run gives up: about twelve minutes with the delays below. */
export const MAX_FAILURES = 12;
const BASE_DELAY = 1_000;
const MAX_DELAY = 120_000;

/**
 * Milliseconds to wait before a failed step is tried again, or `undefined` when it is no use. `failures` counts
 * this one. Waits as long as GitLab asks for; otherwise twice as long each time, with up to half of it by chance,
 * so that runs which failed together do not come back together.
 */
export function retryDelay(error: unknown, failures: number, random: () => number): number | undefined {
  if (!isWorthRetrying(error) || failures >= MAX_FAILURES) return undefined;
  const delay = Math.min(MAX_DELAY, BASE_DELAY * 2 ** (failures - 1));
  const jittered = delay * (0.5 + random() / 2);
  const asked = error instanceof Failure ? (error.retryAfter ?? 0) : 0;
  return Math.round(Math.max(asked, jittered));
}

function isWorthRetrying(error: unknown): boolean {
  // Mostly another run, or a person, ended the process; but a run that does it each time must come to its end.
  if (error instanceof Interruption) return true;
  if (!(error instanceof Failure)) return false;
  if (error.kind === 'transient' || error.kind === 'rate_limit') return true;
  return error.kind === 'refused' && isPassingRefusal(error.detail);
}
