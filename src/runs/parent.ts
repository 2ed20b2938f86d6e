import { messageOf } from '../lib/errors.ts';
import { Failure } from './failures.ts';
import { isOn, placeOf } from './place.ts';
import type { ParentOf, RunQueue } from './queue-ports.ts';
import type { Run } from './run.ts';

/** Milliseconds after the end of a run in which a comment of its agent may still be of that run. */
const LAST_WORDS_MS = 600_000;
/** GitLab tells the time of a comment in whole seconds in some versions, that of a pipeline in milliseconds. */
const SECOND = 1_000;

/**
 * Looks for the run behind an agent's comment in the queue. Only a run with a pipeline has an agent at work; times of
 * comment and pipeline are both GitLab's own, so that no difference of clocks makes a later run its parent.
 */
export function createParentOf(queue: Pick<RunQueue, 'list'>): ParentOf {
  return async ({ event, createdAt }, agent) => {
    const place = placeOf(event);
    if (place === undefined) return undefined;
    const writtenAt = Date.parse(event.happenedAt ?? createdAt);
    const endedSince = writtenAt - LAST_WORDS_MS;
    const where = (run: Run) =>
      run.agent === agent &&
      isOn(run.event, place) &&
      run.pipeline !== undefined &&
      Date.parse(run.pipeline.createdAt) < writtenAt + SECOND &&
      (run.finishedAt === undefined || Date.parse(run.finishedAt) >= endedSince);
    const [newest] = await queue.list({ limit: 1, where, endedSince }).catch((error: unknown) => {
      throw new Failure('Could not look for the run behind an agent', {
        kind: 'transient',
        detail: messageOf(error),
      });
    });
    return newest;
  };
}
