import { setTimeout as sleep } from 'node:timers/promises';
import { START_MS } from './settings.ts';
import { unavailable } from './unavailable.ts';
import { isLate, within } from './within.ts';

/**
 * Tries until it succeeds, for `ms` milliseconds; without them as long as a queue may take to be reachable at start,
 * as its container may come up a moment after ours. `pause`: milliseconds between two attempts. Rejects with
 * `queue_unavailable` and the last reason; an attempt that was cut short may have its effect later.
 */
export async function keepTrying<T>(
  doing: string,
  attempt: () => Promise<T>,
  { ms = START_MS, pause = 250 }: { ms?: number; pause?: number } = {},
): Promise<T> {
  const end = Date.now() + ms;
  let reason: unknown;
  for (;;) {
    try {
      return await within(Math.max(end - Date.now(), 1), attempt());
    } catch (error) {
      // The last attempt may be cut short; then an earlier one knows better what is wrong.
      if (reason === undefined || !isLate(error)) reason = error;
      if (Date.now() + pause >= end)
        throw unavailable(doing, reason, 'Is it running, and is queue.url right?');
      await sleep(pause);
    }
  }
}
