import type { WorldContext } from './context.ts';
import { getProject, must, type ProjectRef } from './lookup.ts';
import type { Delivery, Hook, HookEvent } from './records-hook.ts';
import { nextId } from './state.ts';

/** A failing hook is switched off for a while at the fourth failure in a row, for good at the fortieth. */
const failuresBeforeBackoff = 3;
const failuresBeforeEnd = 40;
const firstBackoffMs = 60_000;
const longestBackoffMs = 24 * 3600 * 1000;
const keptBody = 8 * 1024;

export type NewHook = Partial<Omit<Hook, 'id' | 'projectId' | 'events'>> & {
  readonly project: ProjectRef;
  readonly url: string;
  readonly events?: Iterable<HookEvent>;
};

/** Adds a project webhook. Without `events` it takes pushes, GitLab's default. */
export function addHook(input: NewHook, { state, now }: WorldContext): Hook {
  const { project, events, ...given } = input;
  const hook: Hook = {
    name: null,
    description: null,
    token: null,
    signingToken: null,
    enableSslVerification: true,
    pushEventsBranchFilter: null,
    branchFilterStrategy: 'wildcard',
    customWebhookTemplate: null,
    customHeaders: [],
    recentFailures: 0,
    backoffCount: 0,
    disabledUntil: null,
    createdAt: now(),
    ...given,
    id: nextId(state, 'hooks'),
    projectId: getProject(project, state).id,
    events: new Set(events ?? ['push']),
  };
  state.hooks.set(hook.id, hook);
  return hook;
}

export function updateHook(
  input: { hook: Pick<Hook, 'id'> } & Partial<Omit<Hook, 'id' | 'projectId'>>,
  { state }: WorldContext,
): Hook {
  const { hook: ref, ...changes } = input;
  const hook = { ...must(state.hooks.get(ref.id), `hook ${ref.id}`), ...changes };
  state.hooks.set(hook.id, hook);
  return hook;
}

export function deleteHook(hook: Pick<Hook, 'id'>, { state }: WorldContext): void {
  state.hooks.delete(hook.id);
  for (const delivery of state.deliveries.values())
    if (delivery.hookId === hook.id) state.deliveries.delete(delivery.id);
}

/** `alert_status` of the API. */
export function alertStatus(hook: Hook, now: Date): 'executable' | 'temporarily_disabled' | 'disabled' {
  if (hook.recentFailures >= failuresBeforeEnd) return 'disabled';
  return hook.disabledUntil !== null && hook.disabledUntil > now ? 'temporarily_disabled' : 'executable';
}

/** Keeps a delivery and counts it. A 2xx or 3xx is a success and makes good again. */
export function recordDelivery(
  input: Omit<Delivery, 'id' | 'createdAt'>,
  { state, now, disablesHooks }: WorldContext,
): Delivery {
  const responseBody = input.responseBody.slice(0, keptBody);
  const delivery: Delivery = { ...input, responseBody, id: nextId(state, 'deliveries'), createdAt: now() };
  state.deliveries.set(delivery.id, delivery);
  const hook = state.hooks.get(input.hookId);
  const good = succeeded(delivery);
  if (hook !== undefined && (good || disablesHooks))
    state.hooks.set(hook.id, afterDelivery(hook, good, now()));
  return delivery;
}

/** Whether GitLab counts an answer as a success. */
function succeeded(delivery: Pick<Delivery, 'responseStatus'>): boolean {
  const status = Number(delivery.responseStatus);
  return status >= 200 && status < 400;
}

function afterDelivery(hook: Hook, good: boolean, now: Date): Hook {
  if (good) return { ...hook, recentFailures: 0, backoffCount: 0, disabledUntil: null };
  // What was under way when it was switched off, and tests, do not count.
  if (alertStatus(hook, now) !== 'executable') return hook;
  const recentFailures = hook.recentFailures + 1;
  if (recentFailures <= failuresBeforeBackoff) return { ...hook, recentFailures };
  const wait = Math.min(firstBackoffMs * 2 ** hook.backoffCount, longestBackoffMs);
  return {
    ...hook,
    recentFailures,
    backoffCount: hook.backoffCount + 1,
    disabledUntil: new Date(now.getTime() + wait),
  };
}
