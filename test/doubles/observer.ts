import type { BeckonObserver } from '../../src/observability/observer.ts';

/** An observer for tests that look at the runs and not at what is told of them. */
export const silentObserver: BeckonObserver = {
  queued: () => {},
  stepped: () => {},
  retrying: () => {},
  gaveUp: () => {},
  overlooked: () => {},
  finished: () => {},
  received: () => {},
  commanded: () => {},
  turnedAway: () => {},
  administered: () => {},
  signedIn: () => {},
};
