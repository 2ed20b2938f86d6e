import { createHmac, randomUUID } from 'node:crypto';
import type { WorldContext } from '../world/context.ts';
import type { Hook } from '../world/records-hook.ts';
import { atLeast } from '../world/version.ts';

export interface HeaderInput {
  readonly hook: Hook;
  readonly name: string;
  readonly body: string;
  readonly idempotencyKey: string;
  readonly chain: string;
}

/** The headers of one delivery attempt, as far as this GitLab version sends them. */
export function deliveryHeaders(
  { hook, name, body, idempotencyKey, chain }: HeaderInput,
  { version, url, now }: Pick<WorldContext, 'version' | 'url' | 'now'>,
): Record<string, string> {
  const headers: Record<string, string> = Object.fromEntries(
    hook.customHeaders.map(({ key, value }) => [key, value]),
  );
  Object.assign(headers, {
    'Content-Type': 'application/json',
    'User-Agent': `GitLab/${version}`,
    'X-Gitlab-Event': name,
    'X-Gitlab-Webhook-UUID': randomUUID(),
    'X-Gitlab-Instance': url(),
    'X-Gitlab-Event-UUID': chain,
  });
  if (atLeast(version, 17, 4)) headers['Idempotency-Key'] = idempotencyKey;
  if (hook.token !== null) headers['X-Gitlab-Token'] = hook.token;
  if (!atLeast(version, 19, 0)) return headers;
  const timestamp = String(Math.floor(now().getTime() / 1000));
  headers['webhook-id'] = idempotencyKey;
  headers['webhook-timestamp'] = timestamp;
  if (hook.signingToken !== null)
    headers['webhook-signature'] = sign(`${idempotencyKey}.${timestamp}.${body}`, hook.signingToken);
  return headers;
}

/** A signature by Standard Webhooks: `v1,` and HMAC-SHA256 with the key after `whsec_`. */
export function sign(content: string, signingToken: string): string {
  const key = Buffer.from(signingToken.replace(/^whsec_/, ''), 'base64');
  return `v1,${createHmac('sha256', key).update(content).digest('base64')}`;
}
