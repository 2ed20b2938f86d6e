import type { Clock } from '../runs/ports.ts';
import type { JobWorker } from './backend.ts';

const SECOND = 1_000;
/** Errors in one second that are taken for a loop. */
const MANY = 20;

/**
 * Call it at each error of a worker. Some failures (Redis out of memory, a PostgreSQL socket that is gone) make
 * BullMQ ask again at once, thousands of times a second: then the worker rests for a second. A worker that is
 * `ending` stays as it is.
 */
export function breather(
  worker: Pick<JobWorker, 'pause' | 'resume'>,
  { clock, ending }: { clock: Clock; ending: () => boolean },
): () => void {
  let since = 0;
  let errors = 0;
  return () => {
    if (clock() - since >= SECOND) {
      since = clock();
      errors = 0;
    }
    errors += 1;
    if (errors !== MANY || ending()) return;
    void worker.pause(true);
    setTimeout(() => {
      if (!ending()) void worker.resume();
    }, SECOND).unref();
  };
}
