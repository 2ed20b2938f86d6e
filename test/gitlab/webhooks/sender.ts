import { randomUUID } from 'node:crypto';
import type { WebhookTools } from '../http/call.ts';
import { alertStatus } from '../world/hooks.ts';
import { must } from '../world/lookup.ts';
import type { Delivery, Hook } from '../world/records-hook.ts';
import type { World } from '../world/world.ts';
import { currentChain } from './chain.ts';
import { deliveryHeaders } from './headers.ts';
import { type HookMessage, hookMessage } from './message.ts';
import { postHook } from './post.ts';
import { fillTemplate } from './template.ts';
import { testMessage } from './test-message.ts';

/** GitLab drops bigger payloads. */
const maxPayload = 25 * 1024 * 1024;
/** So many hooks may follow from each other. */
const maxChain = 100;

export interface WebhookSender extends WebhookTools {
  /** Resolves once nothing is under way any more. */
  settled(): Promise<void>;
  stop(): void;
}

/** Listens to the world and sends its webhooks: one attempt each, at once, in no certain order. */
export function createWebhookSender(world: World, { timeoutMs }: { timeoutMs: number }): WebhookSender {
  const underWay = new Set<Promise<unknown>>();
  const chains = new Map<string, Set<number>>();

  const deliver = async (
    hook: Hook,
    {
      name,
      trigger,
      body,
      idempotencyKey,
      chain,
    }: Pick<HookMessage, 'name' | 'trigger'> & {
      body: string;
      idempotencyKey: string;
      chain: string;
    },
  ): Promise<Delivery> => {
    const headers = deliveryHeaders({ hook, name, body, idempotencyKey, chain }, world);
    const verifyTls = hook.enableSslVerification;
    const posted = await postHook({ url: hook.url, headers, body, verifyTls }, { timeoutMs });
    return world.recordDelivery({
      hookId: hook.id,
      url: hook.url,
      trigger,
      requestHeaders: {
        ...headers,
        ...('X-Gitlab-Token' in headers ? { 'X-Gitlab-Token': '[REDACTED]' } : {}),
      },
      requestBody: body,
      responseHeaders: posted.headers,
      responseBody: posted.body,
      executionDuration: posted.seconds,
      responseStatus: posted.status,
      idempotencyKey,
    });
  };

  const track = <T>(work: Promise<T>): Promise<T> => {
    underWay.add(work);
    void work.finally(() => underWay.delete(work));
    return work;
  };

  const send = (hook: Hook, message: HookMessage, chain: string): void => {
    const seen = chains.get(chain) ?? new Set<number>();
    chains.set(chain, seen);
    if (seen.has(hook.id) || seen.size >= maxChain) return;
    seen.add(hook.id);
    const body = bodyFor(hook, message);
    if (Buffer.byteLength(body) > maxPayload) return;
    const idempotencyKey = randomUUID();
    const { name, trigger } = message;
    // Sidekiq's turn comes after the request's own.
    const later = new Promise((resolve) => setImmediate(resolve));
    track(later.then(() => deliver(hook, { name, trigger, body, idempotencyKey, chain })));
  };

  const stop = world.listen((event) => {
    const projectId = hookProjectId(event);
    const hooks = [...world.state.hooks.values()].filter((hook) => hook.projectId === projectId);
    if (hooks.length === 0) return;
    const message = hookMessage(event, world.context);
    const inherited = currentChain();
    const chain = inherited ?? randomUUID();
    for (const hook of hooks)
      if (hook.events.has(message.event) && alertStatus(hook, world.now()) === 'executable')
        send(hook, message, chain);
    // A chain of one's own is over at once; only inherited ones can come round again.
    if (inherited === undefined) setTimeout(() => chains.delete(chain), 60_000).unref();
  });

  return {
    stop: () => void stop(),
    settled: async () => {
      while (underWay.size > 0) await Promise.allSettled([...underWay]);
    },
    test: async (hookId, trigger, userId) => {
      const hook = must(world.state.hooks.get(hookId), `hook ${hookId}`);
      const message = testMessage({ projectId: hook.projectId, trigger, userId }, world.context);
      if ('refusal' in message) return message;
      const sent = {
        ...message,
        body: bodyFor(hook, message),
        idempotencyKey: randomUUID(),
        chain: randomUUID(),
      };
      const delivery = await track(deliver(hook, sent));
      return { status: delivery.responseStatus, body: delivery.responseBody };
    },
    resend: async (deliveryId) => {
      const old = must(world.state.deliveries.get(deliveryId), `delivery ${deliveryId}`);
      const hook = must(world.state.hooks.get(old.hookId), `hook ${old.hookId}`);
      if (alertStatus(hook, world.now()) !== 'executable') return { refusal: 'Hook disabled' };
      if (old.url !== hook.url)
        return { refusal: 'The hook URL has changed, and this log entry cannot be retried' };
      const { trigger, requestBody: body, idempotencyKey } = old;
      const name = old.requestHeaders['X-Gitlab-Event'] ?? '';
      const delivery = await track(
        deliver(hook, { name, trigger, body, idempotencyKey, chain: randomUUID() }),
      );
      return { status: delivery.responseStatus, body: delivery.responseBody };
    },
  };
}

function hookProjectId(event: Parameters<typeof hookMessage>[0]): number {
  switch (event.type) {
    case 'note':
      return event.note.projectId;
    case 'issue':
      return event.issue.projectId;
    case 'merge_request':
      return event.mergeRequest.projectId;
    case 'pipeline':
      return event.pipeline.projectId;
    case 'emoji':
      return event.award.projectId;
    case 'push':
      return event.projectId;
    default:
      return event satisfies never;
  }
}

function bodyFor(hook: Hook, { payload }: HookMessage): string {
  return hook.customWebhookTemplate === null
    ? JSON.stringify(payload)
    : fillTemplate(hook.customWebhookTemplate, payload);
}
