import { createHash, timingSafeEqual } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import type { Secret } from '../lib/secret.ts';

/**
 * Whether the `X-Gitlab-Token` of a delivery is one of the accepted secrets. Compares digests, so that the time
 * taken tells neither length nor content, and always compares with every secret.
 */
export function isAcceptedToken(token: string | undefined, accepted: readonly Secret[]): boolean {
  if (token === undefined || token === '') return false;
  const given = digest(token);
  let found = false;
  for (const secret of accepted) {
    if (timingSafeEqual(given, digest(secret.reveal()))) found = true;
  }
  return found;
}

/** The headers of GitLab 19's signed deliveries (Standard Webhooks), as far as they are there. */
export interface SignatureHeaders {
  readonly 'webhook-id'?: string | undefined;
  readonly 'webhook-timestamp'?: string | undefined;
  readonly 'webhook-signature'?: string | undefined;
}

/**
 * Whether a delivery is signed with one of the accepted signing tokens, over the raw body, at most five minutes
 * ago by the clocks of both sides. Always tries every token.
 */
export function isAcceptedSignature(
  rawBody: Buffer,
  headers: SignatureHeaders,
  accepted: readonly Secret[],
): boolean {
  const given = Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined));
  let found = false;
  for (const token of accepted) {
    try {
      new Webhook(token.reveal()).verify(rawBody, given as Record<string, string>, { jsonParse: false });
      found = true;
    } catch {
      // Made with another token, or too old.
    }
  }
  return found;
}

/** The time in `webhook-timestamp` as a signature is checked: what comes after the digits is not signed. */
export function timestampOf(headers: SignatureHeaders): number {
  return Number.parseInt(headers['webhook-timestamp'] ?? '', 10);
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
