import type { Delivery } from '../events/delivery.ts';
import { Failure } from '../runs/failures.ts';
import type { CaughtUp } from '../runs/queue-ports.ts';
import { lostDeliveries, MAX_TRIES, refusalOf } from './lost.ts';
import {
  DELIVERIES_PER_PAGE,
  type Hook,
  type HookDelivery,
  type HookObserver,
  type WatchedHook,
  type Webhooks,
} from './ports.ts';

/** Pages of 20 failures that are read of a hook. */
const MAX_FAILED = 25;
/** Pages of 20 good deliveries, among which those that failed before are looked for. */
const MAX_ARRIVED = 50;

/** What is remembered of a hook's deliveries from round to round. */
export interface Seen {
  /** Whether there were some that Beckon refused itself. */
  hasRefused: boolean;
  /** How often each was sent again, by key; of those alone that GitLab still lists. */
  tries: Map<string, number>;
}

export interface ResendTools {
  readonly gitlab: Pick<Webhooks, 'deliveries' | 'resend'>;
  /** Whether a delivery would do something that is not done yet. */
  readonly wants: (delivery: Delivery) => Promise<boolean>;
  readonly caughtUp: Pick<CaughtUp, 'acceptsFrom' | 'moveTo'>;
  readonly observer: Pick<HookObserver, 'resent' | 'refused'>;
  readonly isStopping: () => boolean;
}

interface Tools extends ResendTools {
  readonly hook: Hook;
  readonly seen: Seen;
}

/**
 * Has GitLab send again what failed and would do something, the oldest first. Stops at the first that fails again,
 * since the others would too. Gives whether GitLab's limit for resends has cut it off.
 */
export async function resendLost(watched: WatchedHook, tools: Tools): Promise<boolean> {
  const { gitlab, hook, seen, observer, wants, isStopping } = tools;
  const failed = await failures(watched, tools);
  const keys = new Set(failed.map(({ key }) => key));
  seen.tries = new Map([...seen.tries].filter(([key]) => keys.has(key)));
  tellRefused(watched, failed, tools);

  const known = { url: hook.url, tries: seen.tries };
  const candidates: HookDelivery[] = [];
  for (const delivery of lostDeliveries({ ...known, failed, arrived: new Set() }))
    if (await wants(delivery)) candidates.push(delivery);
  if (candidates.length === 0) return false;
  const wanted = new Set(candidates.map(({ key }) => key));
  const ids = failed.flatMap(({ id, key }) => (wanted.has(key) ? [id] : []));
  const arrived = await arrivedSince(Math.min(...ids), watched, tools);

  for (const delivery of lostDeliveries({ ...known, failed: candidates, arrived })) {
    if (isStopping()) return false;
    const tries = seen.tries.get(delivery.key) ?? 0;
    try {
      seen.tries.set(delivery.key, tries + 1);
      const status = await gitlab.resend(watched.project.id, watched.id, delivery.id);
      observer.resent(watched, delivery, status);
      if (!/^[23]/.test(status)) return false;
      // GitLab lists it a little later.
      seen.tries.set(delivery.key, MAX_TRIES);
    } catch (error) {
      if (!(error instanceof Failure && error.kind === 'rate_limit')) throw error;
      seen.tries.set(delivery.key, tries);
      return true;
    }
  }
  return false;
}

/** What failed since the time from which we would accept it. */
async function failures(watched: WatchedHook, tools: Tools): Promise<readonly HookDelivery[]> {
  const from = await tools.caughtUp.acceptsFrom();
  const isOld = ({ at }: HookDelivery) => at !== undefined && at < from;
  const found: HookDelivery[] = [];
  for (let page = 1; page <= MAX_FAILED; page += 1) {
    const outcomes = ['client_failure', 'server_failure'] as const;
    const some = await tools.gitlab.deliveries(watched.project.id, watched.id, { page, outcomes });
    found.push(...some.filter((delivery) => !isOld(delivery)));
    if (some.length < DELIVERIES_PER_PAGE || some.some(isOld)) break;
  }
  return found;
}

/** Keys of what arrived after a delivery; its id is less than theirs. */
async function arrivedSince(id: number, watched: WatchedHook, { gitlab }: Tools): Promise<Set<string>> {
  const keys = new Set<string>();
  for (let page = 1; page <= MAX_ARRIVED; page += 1) {
    const outcomes = ['successful'] as const;
    const some = await gitlab.deliveries(watched.project.id, watched.id, { page, outcomes });
    for (const { key } of some) keys.add(key);
    if (some.length < DELIVERIES_PER_PAGE || some.some((delivery) => delivery.id < id)) break;
  }
  return keys;
}

function tellRefused(
  watched: WatchedHook,
  failed: readonly HookDelivery[],
  { seen, observer }: Pick<Tools, 'seen' | 'observer'>,
): void {
  const count = failed.filter((delivery) => refusalOf(delivery) !== undefined).length;
  if (count > 0 && !seen.hasRefused) observer.refused(watched, count);
  seen.hasRefused = count > 0;
}
