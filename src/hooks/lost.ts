import { isSameAddress } from './ours.ts';
import type { HookDelivery } from './ports.ts';

/** How often a delivery is sent again by one process; one that fails twice fails for a reason that stays. */
export const MAX_TRIES = 2;

/** What is known of a hook's deliveries. */
export interface Known {
  /** Where the hook leads now; GitLab refuses to send again what went somewhere else. */
  readonly url: string;
  /** Those that failed. */
  readonly failed: readonly HookDelivery[];
  /** Keys of those that arrived. */
  readonly arrived: ReadonlySet<string>;
  /** How often each was sent again already, by key. */
  readonly tries: ReadonlyMap<string, number>;
}

/**
 * The deliveries to send again, the oldest first, each as it stands last: not those that arrived some other time, nor
 * those that Beckon refused itself and would refuse again.
 */
export function lostDeliveries({ url, failed, arrived, tries }: Known): readonly HookDelivery[] {
  const newest = new Map<string, HookDelivery>();
  for (const delivery of [...failed].sort((a, b) => a.id - b.id)) newest.set(delivery.key, delivery);
  return [...newest.values()].filter(
    (delivery) =>
      isSameAddress(delivery.url, url) &&
      !arrived.has(delivery.key) &&
      refusalOf(delivery) === undefined &&
      (tries.get(delivery.key) ?? 0) < MAX_TRIES,
  );
}

/** Why Beckon itself refused a delivery, by the code in its answer; others on the way answer in other words. */
export function refusalOf({ status, answer }: Pick<HookDelivery, 'status' | 'answer'>): string | undefined {
  if (!status.startsWith('4')) return undefined;
  return /^\{"error":\{"code":"([a-z_]+)"/.exec(answer)?.[1];
}
