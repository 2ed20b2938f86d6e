import type { Clock } from '../runs/ports.ts';

/** Milliseconds for which the same fault is told once. */
const QUIET_MS = 10_000;

/**
 * Passes errors on, though the same message only once in ten seconds: a queue that is away makes BullMQ report
 * it many times a second.
 */
export function quiet(tell: (error: Error) => void, { clock }: { clock: Clock }): (error: Error) => void {
  const told = new Map<string, number>();
  return (error) => {
    const now = clock();
    for (const [message, at] of told) if (now - at >= QUIET_MS) told.delete(message);
    if (told.has(error.message)) return;
    told.set(error.message, now);
    tell(error);
  };
}
