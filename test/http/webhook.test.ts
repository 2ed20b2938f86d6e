import { createHmac } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { BeckonError } from '../../src/lib/errors.ts';
import { notePayload } from '../builders/payloads.ts';
import { SECRETS, SIGNING_KEYS, setUp } from './set-up.ts';

describe('POST /webhooks/gitlab', () => {
  it('answers 202 with the run when it is taken', async () => {
    const response = await setUp().deliver(notePayload('@claude-bot please'));
    expect(response.statusCode).toBe(202);
    expect(response.headers['content-type']).toMatch(/^application\/json/);
    expect(response.json()).toEqual({
      status: 'accepted',
      runs: [{ id: expect.any(String), agent: 'claude', trigger: 'claude', duplicate: false }],
      verdicts: [{ trigger: 'claude', matched: true, reason: expect.any(String) }],
    });
  });

  it('answers 200 with the reason when there is nothing to do', async () => {
    const response = await setUp().deliver(notePayload('@bob please'));
    expect(response.statusCode).toBe(200);
    expect(response.json()).toEqual({
      status: 'ignored',
      reason: 'No trigger matched.',
      verdicts: [{ trigger: 'claude', matched: false, reason: expect.stringContaining('@bob') }],
    });
  });

  it.each(SECRETS)('takes each of the accepted secrets: %s', async (secret) => {
    const response = await setUp().deliver(notePayload('hi'), { 'x-gitlab-token': secret });
    expect(response.statusCode).toBe(200);
  });

  it.each(['', 'wrong', 'new-secret-of-the-hoo', 'new-secret-of-the-hook '])(
    'refuses the secret %j without repeating it',
    async (secret) => {
      const { deliver, lines } = setUp();
      const response = await deliver(notePayload('@claude-bot'), { 'x-gitlab-token': secret });
      expect(response.statusCode).toBe(401);
      expect(response.json()).toEqual({ error: { code: 'unauthorized', message: expect.any(String) } });
      const shown = response.body + lines.join('');
      if (secret.length > 5) expect(shown).not.toContain(secret);
      for (const accepted of SECRETS) expect(shown).not.toContain(accepted);
    },
  );

  it('refuses strangers before it looks at the body', async () => {
    const response = await setUp().deliver('not json', {
      'x-gitlab-token': 'wrong',
      'content-type': 'text/plain',
    });
    expect(response.statusCode).toBe(401);
  });

  it.each([
    ['no JSON', '{"object_kind":', 'application/json', 400, 'invalid_json'],
    ['an empty body', '', 'application/json', 400, 'invalid_json'],
    ['no event of GitLab', '{"hello":1}', 'application/json', 400, 'no_gitlab_event'],
    ['another type', '<x/>', 'application/xml', 415, 'unsupported_media_type'],
    ['a form', 'object_kind=note', 'application/x-www-form-urlencoded', 415, 'unsupported_media_type'],
  ])('answers %s with an error that says so', async (_what, body, type, status, code) => {
    const response = await setUp().deliver(body, { 'content-type': type });
    expect(response.statusCode).toBe(status);
    expect(response.json().error.code).toBe(code);
  });

  it('takes 25 MB and not more', async () => {
    const { deliver } = setUp();
    const body = (bytes: number) => `{"object_kind":"push","pad":"${'x'.repeat(bytes - 31)}"}`;
    expect((await deliver(body(25 * 1024 * 1024))).statusCode).toBe(200);
    const response = await deliver(body(25 * 1024 * 1024 + 1));
    expect(response.statusCode).toBe(413);
    expect(response.json().error.code).toBe('body_too_large');
  });

  it('answers 503 with Retry-After while the queue cannot take a run', async () => {
    const add = async () => {
      throw new BeckonError('queue_unavailable', 'reaching redis://user:p4ss@r');
    };
    const response = await setUp({ add }).deliver(notePayload('@claude-bot please'));
    expect(response.statusCode).toBe(503);
    expect(Number(response.headers['retry-after'])).toBeGreaterThan(0);
    expect(response.json().error.code).toBe('queue_unavailable');
    expect(response.body).not.toContain('p4ss');
  });

  it('shows nothing of a fault inside', async () => {
    const add = async () => {
      throw new TypeError('glpat-secret in a message');
    };
    const response = await setUp({ add }).deliver(notePayload('@claude-bot please'));
    expect(response.statusCode).toBe(500);
    expect(response.body).not.toMatch(/glpat|stack|TypeError/);
  });

  it('tells how long a delivery took, in its log line, in the list and as a metric', async () => {
    const add = async () => {
      await sleep(120);
      return { duplicate: false };
    };
    const { deliver, delivered, server, lines } = setUp({ add });
    await deliver(notePayload('@claude-bot please'));
    const answered = lines.map((line) => JSON.parse(line)).find(({ msg }) => msg === 'delivery answered');
    for (const { ms } of [answered, ...delivered]) expect(ms).toBeGreaterThanOrEqual(119);
    const { body } = await server.inject('/metrics');
    expect(Number(/^beckon_ack_seconds_sum (.*)$/m.exec(body)?.[1])).toBeGreaterThan(0.119);
  });

  it('counts deliveries by outcome and times the answers', async () => {
    const { deliver, server } = setUp();
    await deliver(notePayload('@claude-bot please'));
    await deliver(notePayload('@bob please'));
    await deliver(notePayload('x'), { 'x-gitlab-token': 'wrong' });
    const { body, headers } = await server.inject('/metrics');
    expect(headers['content-type']).toMatch(/^text\/plain/);
    expect(body).toContain('beckon_deliveries_total{outcome="accepted"} 1');
    expect(body).toContain('beckon_deliveries_total{outcome="ignored"} 1');
    expect(body).toContain('beckon_deliveries_total{outcome="unauthorized"} 1');
    expect(body).toContain('beckon_ack_seconds_count 3');
    expect(body).toContain('beckon_queue_depth{state="waiting"} 3');
  });
});

describe('a signed delivery', () => {
  const body = JSON.stringify(notePayload('@claude-bot please'));
  const now = () => Math.floor(Date.now() / 1000);

  /** The headers that GitLab 19 signs a body with. */
  function signed(key: Buffer, { at = now(), over = body } = {}) {
    const signature = createHmac('sha256', key).update(`id-1.${at}.${over}`).digest('base64');
    return {
      'x-gitlab-token': '',
      'webhook-id': 'id-1',
      'webhook-timestamp': String(at),
      'webhook-signature': `v1,${signature}`,
    };
  }

  it.each(SIGNING_KEYS.map((key, index) => ({ index, key })))(
    'is taken with key $index, without a token',
    async ({ key }) => {
      expect((await setUp().deliver(body, signed(key))).statusCode).toBe(202);
    },
  );

  it('is taken when one of several signatures is right', async () => {
    const headers = signed(Buffer.alloc(32, 1));
    const both = {
      ...headers,
      'webhook-signature': `v1,${Buffer.alloc(32).toString('base64')} ${headers['webhook-signature']}`,
    };
    expect((await setUp().deliver(body, both)).statusCode).toBe(202);
  });

  it.each([
    ['another key', signed(Buffer.alloc(32, 3))],
    ['another body', signed(Buffer.alloc(32, 1), { over: `${body} ` })],
    ['a time long ago', signed(Buffer.alloc(32, 1), { at: now() - 301 })],
    ['a time to come', signed(Buffer.alloc(32, 1), { at: now() + 320 })],
    ['no id', { ...signed(Buffer.alloc(32, 1)), 'webhook-id': '' }],
    ['nonsense', { ...signed(Buffer.alloc(32, 1)), 'webhook-signature': 'v1' }],
  ])('is refused with %s', async (_what, headers) => {
    expect((await setUp().deliver(body, headers)).statusCode).toBe(401);
  });
});

describe('health', () => {
  it('is live and ready', async () => {
    const { server } = setUp();
    expect((await server.inject('/livez')).statusCode).toBe(200);
    expect((await server.inject('/readyz')).statusCode).toBe(200);
  });

  it('is not ready, but live, without the queue', async () => {
    const ping = async () => {
      throw new BeckonError('queue_unavailable', 'reaching the queue: no answer');
    };
    const { server } = setUp({ queue: { ping, depth: () => ping() as never } });
    const response = await server.inject('/readyz');
    expect(response.statusCode).toBe(503);
    expect(response.json().error.message).toContain('no answer');
    expect((await server.inject('/livez')).statusCode).toBe(200);
    expect((await server.inject('/metrics')).statusCode).toBe(200);
  });

  it('is not ready while it stops', async () => {
    const { server } = setUp({ isStopping: () => true });
    expect((await server.inject('/readyz')).statusCode).toBe(503);
  });
});

describe('an address that is not there', () => {
  it('is answered as an error', async () => {
    const response = await setUp().server.inject('/nope');
    expect(response.statusCode).toBe(404);
    expect(response.json().error.code).toBe('not_found');
  });
});
