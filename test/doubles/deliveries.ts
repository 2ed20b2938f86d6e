import type { Deliveries, DeliveryRecord, NewDelivery } from '../../src/admin/deliveries.ts';
import { createDeliveries } from '../../src/queue/deliveries.ts';

/** The list of deliveries over a log in memory; `kept`: what was told of them, oldest first. */
export function deliveriesDouble(clock: () => number = Date.now) {
  const logs = new Map<string, string[]>();
  const log = (name: string) => ({
    append: async (entries: readonly string[], most: number) => {
      logs.set(name, [...(logs.get(name) ?? []), ...entries].slice(-most));
    },
    entries: async () => logs.get(name) ?? [],
  });
  const kept: NewDelivery[] = [];
  const inner = createDeliveries({ log }, { clock, onError: () => {} });
  const deliveries: Deliveries = {
    ...inner,
    add: (delivery) => {
      kept.push(delivery);
      inner.add(delivery);
    },
    addInPassing: (tell) => deliveries.add(tell()),
  };
  return { deliveries, kept, all: (): Promise<readonly DeliveryRecord[]> => deliveries.all() };
}
