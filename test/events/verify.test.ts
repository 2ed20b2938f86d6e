import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { isAcceptedSignature, type SignatureHeaders } from '../../src/events/verify.ts';
import { Secret } from '../../src/lib/secret.ts';

const KEYS = [Buffer.alloc(32, 1), Buffer.alloc(32, 0xfb), Buffer.from('a key of precisely 32 bytes, yes')];
const tokenOf = (key: Buffer) => `whsec_${key.toString('base64')}`;

/** What the reference implementation of Standard Webhooks says. */
function isAcceptedByReference(body: Buffer, headers: SignatureHeaders, keys: readonly Buffer[]): boolean {
  return keys.some((key) => {
    try {
      new Webhook(tokenOf(key)).verify(body, headers as Record<string, string>, { jsonParse: false });
      return true;
    } catch {
      return false;
    }
  });
}

function sign(key: Buffer, { id, at, body }: { id: string; at: number; body: Buffer }): string {
  return createHmac('sha256', key).update(`${id}.${at}.`).update(body).digest('base64');
}

/** A signature in some form that is right, nearly right or wrong. */
type Form = (signature: string) => string;
const forms: readonly Form[] = [
  (signature) => `v1,${signature}`,
  (signature) => `v1,${signature},more`,
  (signature) => `v1a,${signature}`,
  (signature) => `v2,${signature}`,
  (signature) => `V1,${signature}`,
  (signature) => `,${signature}`,
  (signature) => signature,
  (signature) => `v1,${signature.replace(/=$/, '')}`,
  (signature) => `v1,${signature}=`,
  (signature) => `v1,${signature.replaceAll('+', '-').replaceAll('/', '_')}`,
  (signature) => `v1,${signature.toLowerCase()}`,
  (signature) => `v1,\t${signature}`,
  (signature) => `v1, ${signature}`,
  (signature) => `v1,ä${signature.slice(1)}`,
  (signature) => `v1,${signature.slice(0, -2)}\u0000=`,
  () => 'v1,',
  () => 'v1',
  () => '',
];
const key = fc.nat({ max: KEYS.length - 1 });
const seconds = fc.oneof(fc.constantFrom(0, -299, 299, -310, 310, -86_400, 86_400), fc.integer());
const delivery = fc.record({
  id: fc.oneof(fc.constantFrom('', 'a.b', 'ä\u0000'), fc.string()),
  body: fc.oneof(
    fc.string({ unit: 'binary' }).map((text) => Buffer.from(text)),
    fc.constantFrom('', '\u0000', '{"note":"für 🙂 \u2028"}', '\ufeff{}').map((text) => Buffer.from(text)),
  ),
  ago: fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, seconds),
  more: fc.constantFrom('', '', '', ' ', '.0', 'e9', ';x', 'x'),
  before: fc.constantFrom('', '', '', '+', '-', ' ', '0', 'x'),
  signatures: fc.array(fc.record({ key, form: fc.constantFrom(...forms) }), { maxLength: 4 }),
  accepted: fc.uniqueArray(key),
  isChanged: fc.nat({ max: 4 }).map((one) => one === 0),
});

describe('a signature', () => {
  it('is accepted exactly where the reference implementation accepts it', () => {
    let accepted = 0;
    fc.assert(
      fc.property(delivery, ({ id, body, ago, more, before, signatures, accepted: by, isChanged }) => {
        const at = Math.floor(Date.now() / 1000) - ago;
        const headers = {
          'webhook-id': id,
          'webhook-timestamp': `${before}${at}${more}`,
          'webhook-signature': signatures
            .map(({ key: index, form }) => form(sign(KEYS[index] as Buffer, { id, at, body })))
            .join(' '),
        };
        const sent = isChanged ? Buffer.concat([body, Buffer.from(' ')]) : body;
        const keys = by.map((index) => KEYS[index] as Buffer);
        const tokens = keys.map((one) => new Secret(tokenOf(one)));
        const isAccepted = isAcceptedSignature(sent, headers, { accepted: tokens, now: Date.now() });
        expect(isAccepted).toBe(isAcceptedByReference(sent, headers, keys));
        if (isAccepted) accepted += 1;
      }),
      { numRuns: 3_000, seed: 7 },
    );
    // Otherwise it would show nothing.
    expect(accepted).toBeGreaterThan(100);
  });

  it('covers the bytes of a body as they came, also where they are no UTF-8', () => {
    const [first] = KEYS as [Buffer];
    const at = Math.floor(Date.now() / 1000);
    const body = Buffer.from([0x7b, 0xff, 0x7d]);
    const headers = {
      'webhook-id': 'a',
      'webhook-timestamp': String(at),
      'webhook-signature': `v1,${sign(first, { id: 'a', at, body })}`,
    };
    const by = { accepted: [new Secret(tokenOf(first))], now: Date.now() };
    expect(isAcceptedSignature(body, headers, by)).toBe(true);
    // Another byte that no text has either: read as text both are the same.
    expect(isAcceptedSignature(Buffer.from([0x7b, 0xfe, 0x7d]), headers, by)).toBe(false);
  });

  it.each(['webhook-id', 'webhook-timestamp', 'webhook-signature'] as const)('needs %s', (name) => {
    const [first] = KEYS as [Buffer];
    const at = Math.floor(Date.now() / 1000);
    const body = Buffer.from('{}');
    const headers: SignatureHeaders = {
      'webhook-id': 'a',
      'webhook-timestamp': String(at),
      'webhook-signature': `v1,${sign(first, { id: 'a', at, body })}`,
    };
    const by = { accepted: [new Secret(tokenOf(first))], now: Date.now() };
    expect(isAcceptedSignature(body, headers, by)).toBe(true);
    expect(isAcceptedSignature(body, { ...headers, [name]: undefined }, by)).toBe(false);
  });
});
