import type { Config } from '../config/config.ts';
import type { Delivery } from '../events/delivery.ts';
import { createReceive, type Received } from '../receive.ts';
import type { Clock } from '../runs/ports.ts';

/**
 * Says what a delivery would do and why, trigger by trigger and of every one, as if nothing had happened before. It is `receive`
 * itself over a queue that remembers nothing, so the explanation is the truth. Talks to nothing.
 */
export function createSimulate({
  config,
  clock,
}: {
  readonly config: Pick<Config, 'gitlab' | 'agents' | 'triggers' | 'limits'>;
  readonly clock: Clock;
}): (delivery: Delivery) => Promise<Received> {
  return createReceive({
    config,
    queue: {
      add: async () => ({ duplicate: false }),
      addCommand: async () => {},
      wake: async () => {},
    },
    caughtUp: {
      acceptsFrom: async () => clock() - config.limits.maxEventAge,
      timeOf: async ({ at }) => at,
    },
    observer: { queued: () => {}, received: () => {} },
    mostVerdicts: Number.POSITIVE_INFINITY,
    clock,
  });
}
