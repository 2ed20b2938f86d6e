import type { Observer } from '../../src/runs/ports.ts';

/** An observer for tests that look at the runs and not at what is told of them. */
export const silentObserver: Observer = {
  queued: () => {},
  stepped: () => {},
  retrying: () => {},
  gaveUp: () => {},
  overlooked: () => {},
  finished: () => {},
};
