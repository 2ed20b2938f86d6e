import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';

/**
 * Reads a private key of the curve P-256 from PEM; `undefined` where the text is none. That curve, because every
 * openssl of the last years and Node check its signatures with one command each.
 */
export function readSigningKey(pem: string): KeyObject | undefined {
  try {
    const key = createPrivateKey(pem);
    return key.asymmetricKeyDetails?.namedCurve === 'prime256v1' ? key : undefined;
  } catch {
    // Not the error: it can say what stands in the text.
    return undefined;
  }
}

/** The public half, in Base64 on one line: nothing about it is secret. @throws Error where the text is no such key. */
export function publicKeyOf(pem: string): string {
  const key = readSigningKey(pem);
  if (key === undefined) throw new Error('the config lets no other than a P-256 key pass');
  return createPublicKey(key).export({ format: 'der', type: 'spki' }).toString('base64');
}
