import { createHmac, hash, timingSafeEqual } from 'node:crypto';
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
    if (timingSafeEqual(given, digestOf(secret))) found = true;
  }
  return found;
}

/** The headers of GitLab 19's signed deliveries (Standard Webhooks), as far as they are there. */
export interface SignatureHeaders {
  readonly 'webhook-id'?: string | undefined;
  readonly 'webhook-timestamp'?: string | undefined;
  readonly 'webhook-signature'?: string | undefined;
}

/** Seconds that a signed delivery may be away from our clock, as Standard Webhooks recommends. */
const TOLERANCE = 5 * 60;

/**
 * Whether a delivery is signed with one of the accepted signing tokens (`whsec_` and the key in Base64), over the raw
 * body, at most five minutes ago by the clocks of both sides. `now` in milliseconds. Always tries every token.
 *
 * Anybody may send 25 MB and say that they are signed, so a body is hashed once for each token, as it is and without a
 * copy, and not at all where id, time or signature cannot be right.
 */
export function isAcceptedSignature(
  rawBody: Buffer,
  headers: SignatureHeaders,
  { accepted, now }: { readonly accepted: readonly Secret[]; readonly now: number },
): boolean {
  const { 'webhook-id': id, 'webhook-signature': signatures } = headers;
  const timestamp = timestampOf(headers);
  if (!id || !signatures || !(Math.abs(Math.floor(now / 1000) - timestamp) <= TOLERANCE)) return false;
  const given = signaturesIn(signatures);
  if (given.length === 0) return false;
  let found = false;
  for (const token of accepted) {
    const hmac = createHmac('sha256', keyOf(token)).update(`${id}.${timestamp}.`).update(rawBody);
    const right = Buffer.from(hmac.digest('base64'));
    for (const signature of given) {
      if (signature.length === right.length && timingSafeEqual(signature, right)) found = true;
    }
  }
  return found;
}

/** `v1,<Base64>`, several apart by spaces; those of other versions are not ours to check. */
function signaturesIn(header: string): readonly Buffer[] {
  return header
    .split(' ')
    .map((entry) => entry.split(','))
    .flatMap(([version, signature]) => (version === 'v1' && signature ? [Buffer.from(signature)] : []));
}

function keyOf(token: Secret): Buffer {
  return Buffer.from(token.reveal().replace(/^whsec_/, ''), 'base64');
}

/** The time in `webhook-timestamp` as a signature is checked: what comes after the digits is not signed. */
export function timestampOf(headers: SignatureHeaders): number {
  return Number.parseInt(headers['webhook-timestamp'] ?? '', 10);
}

/** Of secrets that are compared with again and again. */
const digests = new WeakMap<Secret, Buffer>();

function digestOf(secret: Secret): Buffer {
  const known = digests.get(secret) ?? digest(secret.reveal());
  digests.set(secret, known);
  return known;
}

function digest(text: string): Buffer {
  return hash('sha256', text, 'buffer');
}
