import { describe, expect, it } from 'vitest';
import { BeckonError } from '../../src/lib/errors.ts';
import { createClaims } from '../../src/queue/claims.ts';
import { notePayload } from '../builders/payloads.ts';
import { claimsDouble } from '../doubles/claims.ts';
import { deliveryHeaders } from '../gitlab/webhooks/headers.ts';
import { SIGNING_KEYS, setUp } from './set-up.ts';

const PLEASE = JSON.stringify(notePayload('@claude-bot please'));
const NOTHING = JSON.stringify(notePayload('thanks'));

/** The headers of one attempt, as the stand-in for GitLab 19 makes them. */
function attempt(body: string, { id = 'c0ffee', secondsAgo = 0 } = {}): Readonly<Record<string, string>> {
  const signingToken = `whsec_${SIGNING_KEYS[0]?.toString('base64')}`;
  const hook = { customHeaders: [], token: null, signingToken } as never;
  const headers = deliveryHeaders({ hook, name: 'Note Hook', body, idempotencyKey: id, chain: 'chain' }, {
    version: '19.1.0',
    url: () => 'https://gitlab.example.com',
    now: () => new Date(Date.now() - secondsAgo * 1000),
  } as never);
  return {
    'x-gitlab-token': '',
    ...Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
  };
}

describe('a signed delivery', () => {
  it('is taken once', async () => {
    const { deliver, outcomes, lines } = setUp();
    const headers = attempt(PLEASE);
    expect((await deliver(PLEASE, headers)).statusCode).toBe(202);
    const again = await deliver(PLEASE, headers);
    expect(again.statusCode).toBe(401);
    expect(again.json().error.code).toBe('replayed');
    expect(await outcomes()).toEqual({ accepted: 1, replayed: 1 });
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ code: 'replayed', project: 'acme/web/shop' });
    expect(lines.at(-1)).not.toContain('please');
  });

  it('is taken again when GitLab sends it again, with the same id and a new timestamp', async () => {
    const { deliver } = setUp();
    expect((await deliver(PLEASE, attempt(PLEASE, { secondsAgo: 90 }))).statusCode).toBe(202);
    expect((await deliver(PLEASE, attempt(PLEASE))).statusCode).toBe(202);
  });

  it.each(['', ' ', '.0', 'e0', ';x'])('is not new with %j behind its timestamp', async (more) => {
    const { deliver } = setUp();
    const headers = attempt(PLEASE);
    expect((await deliver(PLEASE, headers)).statusCode).toBe(202);
    const changed = { ...headers, 'webhook-timestamp': `${headers['webhook-timestamp']}${more}` };
    expect((await deliver(PLEASE, changed)).statusCode).toBe(401);
  });

  it('is not new with a token beside the signature, or with another signature too', async () => {
    const { deliver } = setUp();
    const headers = attempt(PLEASE);
    expect((await deliver(PLEASE, headers)).statusCode).toBe(202);
    const token = { ...headers, 'x-gitlab-token': 'new-secret-of-the-hook' };
    expect((await deliver(PLEASE, token)).json().error.code).toBe('replayed');
    const both = { ...headers, 'webhook-signature': `v1,AAAA ${headers['webhook-signature']}` };
    expect((await deliver(PLEASE, both)).json().error.code).toBe('replayed');
  });

  it('is refused by each process, whichever took it', async () => {
    const claim = claimsDouble();
    const headers = attempt(PLEASE);
    expect((await setUp({ claim }).deliver(PLEASE, headers)).statusCode).toBe(202);
    expect((await setUp({ claim }).deliver(PLEASE, headers)).statusCode).toBe(401);
  });

  it('costs no look at the queue when there is nothing to do, and one when there is', async () => {
    let asked = 0;
    const real = claimsDouble();
    const { deliver } = setUp({
      claim: (head) => {
        asked += 1;
        return real(head);
      },
    });
    for (const _ of [1, 2]) {
      expect((await deliver(NOTHING, attempt(NOTHING))).statusCode).toBe(200);
    }
    expect(asked).toBe(0);
    await deliver(PLEASE, attempt(PLEASE));
    expect(asked).toBe(1);
    const stop = JSON.stringify(notePayload('@claude-bot stop'));
    await deliver(stop, attempt(stop, { id: 'other' }));
    expect(asked).toBe(2);
    await deliver(PLEASE, { 'x-gitlab-token': 'new-secret-of-the-hook' });
    expect(asked).toBe(2);
  });

  it('is asked for again while nobody can tell whether it was here', async () => {
    const away = createClaims(
      () => ({ consume: () => Promise.reject(new Error('connect ECONNREFUSED')) }) as never,
    );
    const response = await setUp({ claim: away }).deliver(PLEASE, attempt(PLEASE));
    expect(response.statusCode).toBe(503);
    expect(response.headers['retry-after']).toBeDefined();
    await expect(away({ id: 'a', timestamp: 1 })).rejects.toBeInstanceOf(BeckonError);
  });
});
