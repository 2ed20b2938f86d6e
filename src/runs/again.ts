import type { Person } from '../events/event.ts';
import { planRetry } from './plan.ts';
import type { RunQueue } from './queue-ports.ts';
import type { Run } from './run.ts';

/**
 * Starts the event of a run again as a new run. As long as that one has not ended it is given back in place of a
 * second one, however often and by how many at once it is asked for. `actor`: whose wish it is now, where that changes.
 */
export async function runAgain(
  run: Run,
  { queue, actor, now }: { queue: Pick<RunQueue, 'add' | 'find'>; actor?: Person | undefined; now: number },
): Promise<{ readonly run: Run; readonly duplicate: boolean }> {
  for (let count = 1; ; count += 1) {
    const planned = planRetry(run, { mark: String(count), now, ...(actor === undefined ? {} : { actor }) });
    const there = await queue.find(planned.id);
    if (there === undefined) return { run: planned, ...(await queue.add(planned)) };
    if (there.finishedAt === undefined) return { run: there, duplicate: true };
  }
}
