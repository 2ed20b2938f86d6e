import { setTimeout as sleep } from 'node:timers/promises';

/** Resolves when `holds` does; fails the test with `what` when it does not within `ms` milliseconds. */
export async function until(
  what: string | (() => string),
  holds: () => boolean | Promise<boolean>,
  { ms = 10_000 }: { ms?: number } = {},
): Promise<void> {
  for (const end = Date.now() + ms; !(await holds()); await sleep(20)) {
    if (Date.now() > end)
      throw new Error(`not within ${ms / 1000} s: ${typeof what === 'string' ? what : what()}`);
  }
}
