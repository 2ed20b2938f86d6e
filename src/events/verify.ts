import { createHash, timingSafeEqual } from 'node:crypto';
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

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
