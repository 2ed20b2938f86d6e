import { describe, expect, it } from 'vitest';
import { STRANGERS } from '../../src/http/strangers.ts';
import { compileAddresses } from '../../src/lib/addresses.ts';
import { compilePatterns } from '../../src/lib/pattern.ts';
import { Secret } from '../../src/lib/secret.ts';
import { config } from '../builders/config.ts';
import { notePayload, project } from '../builders/payloads.ts';
import { sign } from '../gitlab/webhooks/headers.ts';
import { SECRETS, setUp } from './set-up.ts';

const { webhook } = config();
const BODY = JSON.stringify(notePayload('@claude-bot please'));

describe('an address', () => {
  const allowFrom = compileAddresses(['10.0.0.0/8', '2001:db8::/32']);
  const only = { webhook: { ...webhook, secretTokens: [new Secret('right')], allowFrom } };
  const RIGHT = { 'x-gitlab-token': 'right' };

  it.each(['10.1.2.3', '::ffff:10.1.2.3', '2001:db8::5'])('that may deliver, does: %s', async (address) => {
    expect((await setUp(only).deliver(BODY, RIGHT, address)).statusCode).toBe(202);
  });

  it('that may not, is refused before token and body are looked at', async () => {
    const { deliver, outcomes, lines } = setUp(only);
    const bodies = [BODY, 'x'.repeat(26 * 1024 * 1024)];
    for (const body of bodies) {
      const response = await deliver(body, RIGHT, '192.0.2.1');
      expect(response.statusCode).toBe(403);
      expect(response.json().error.code).toBe('forbidden');
    }
    expect((await deliver(BODY, { 'x-gitlab-token': 'x' }, '192.0.2.1')).statusCode).toBe(403);
    expect(await outcomes()).toEqual({ forbidden: 3 });
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ address: '192.0.2.1', code: 'forbidden' });
  });

  it('is not what X-Forwarded-For says, unless a trusted proxy says it', async () => {
    const forwarded = (value: string) => ({ ...RIGHT, 'x-forwarded-for': value });
    const { deliver } = setUp(only);
    expect((await deliver(BODY, forwarded('10.1.2.3'), '192.0.2.1')).statusCode).toBe(403);

    const proxied = setUp({ ...only, trustProxy: ['192.0.2.1', '172.16.0.0/12'] });
    const status = async (value: string, from = '192.0.2.1') =>
      (await proxied.deliver(BODY, forwarded(value), from)).statusCode;
    expect(await status('10.1.2.3')).toBe(202);
    expect(await status('10.1.2.3, 172.16.0.9')).toBe(202);
    // What stands before the first address that is no proxy of ours may be made up.
    expect(await status('10.1.2.3, 198.51.100.9')).toBe(403);
    expect(await status('10.1.2.3', '198.51.100.9')).toBe(403);
    expect(await status('nonsense')).toBe(403);
  });
});

describe('secrets of some projects', () => {
  const SIGNING = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
  const own = {
    webhook: {
      ...webhook,
      secretTokens: [new Secret('general')],
      projectSecrets: [
        {
          projects: { patterns: ['acme/pay/*'], match: compilePatterns(['acme/pay/*']) },
          secretTokens: [new Secret('pay-old'), new Secret('pay-new')],
          signingTokens: [new Secret(SIGNING)],
        },
        {
          projects: { patterns: ['acme/**'], match: compilePatterns(['acme/**', '!acme/web/*']) },
          secretTokens: [new Secret('rest')],
          signingTokens: [],
        },
      ],
    },
  };
  const of = (path: string) =>
    JSON.stringify(notePayload('@claude-bot please', { project: { ...project, path_with_namespace: path } }));

  it.each([
    ['acme/pay/api', 'pay-old', 202],
    ['acme/pay/api', 'pay-new', 202],
    ['Acme/Pay/API', 'pay-new', 200],
    ['acme/pay/api', 'general', 401],
    ['acme/pay/api', 'rest', 401],
    ['acme/ops/api', 'rest', 202],
    ['acme/ops/api', 'general', 401],
    ['acme/ops/api', 'pay-new', 401],
    ['acme/web/shop', 'general', 202],
    ['acme/web/shop', 'pay-new', 401],
    ['acme/web/shop', 'rest', 401],
    ['other/shop', 'general', 200],
    ['other/shop', 'pay-new', 401],
  ])('%s, with the secret %s: %i', async (path, token, status) => {
    const response = await setUp(own).deliver(of(path), { 'x-gitlab-token': token });
    expect(response.statusCode).toBe(status);
  });

  it('signing tokens alike', async () => {
    const deliver = async (path: string) => {
      const timestamp = String(Math.floor(Date.now() / 1000));
      const signature = sign(`id-1.${timestamp}.${of(path)}`, SIGNING);
      return setUp(own).deliver(of(path), {
        'x-gitlab-token': '',
        'webhook-id': 'id-1',
        'webhook-timestamp': timestamp,
        'webhook-signature': signature,
      });
    };
    expect((await deliver('acme/pay/api')).statusCode).toBe(202);
    expect((await deliver('acme/web/shop')).statusCode).toBe(401);
  });

  it('open nothing that belongs to no project', async () => {
    const body = JSON.stringify({ object_kind: 'work_item', project: null });
    expect((await setUp(own).deliver(body, { 'x-gitlab-token': 'general' })).statusCode).toBe(200);
    expect((await setUp(own).deliver(body, { 'x-gitlab-token': 'pay-new' })).statusCode).toBe(401);
  });

  it('are answered alike, whatever was wrong, and the log does not name the project', async () => {
    const { deliver, lines, outcomes } = setUp(own);
    const wrong = await deliver(of('acme/pay/api'), { 'x-gitlab-token': 'no-secret-at-all' });
    const ofAnother = await deliver(of('acme/pay/api'), { 'x-gitlab-token': 'general' });
    expect(ofAnother.body).toBe(wrong.body);
    expect(ofAnother.statusCode).toBe(wrong.statusCode);
    expect(await outcomes()).toEqual({ unauthorized: 2 });
    for (const line of lines) {
      const { level, time, pid, hostname, ...said } = JSON.parse(line);
      expect(said).toEqual({ address: '192.0.2.1', code: 'unauthorized', msg: 'delivery refused' });
    }
  });

  it('once proven, the project is in the log', async () => {
    const add = async () => {
      throw new Error('no');
    };
    const { deliver, lines } = setUp({ ...own, add });
    await deliver(JSON.stringify({ project: { path_with_namespace: 'acme/pay/api' } }), {
      'x-gitlab-token': 'pay-new',
    });
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ code: 'no_gitlab_event', project: 'acme/pay/api' });
  });
});

describe('who is wrong too often', () => {
  const RIGHT = { 'x-gitlab-token': SECRETS[0] ?? '' };
  const WRONG = { 'x-gitlab-token': 'wrong' };
  async function exhaust(deliver: ReturnType<typeof setUp>['deliver'], address: string) {
    for (let count = 0; count < STRANGERS.max; count += 1) {
      expect((await deliver('{}', WRONG, address)).statusCode).toBe(401);
    }
  }

  it('is told when to come again; who is right never', async () => {
    const { deliver, outcomes, lines } = setUp();
    await exhaust(deliver, '192.0.2.1');
    const refused = await deliver('{}', WRONG);
    expect(refused.statusCode).toBe(429);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect(Number(refused.headers['retry-after'])).toBeLessThanOrEqual(60);
    expect(refused.json().error.code).toBe('too_many_requests');
    expect((await deliver(BODY, RIGHT)).statusCode).toBe(202);
    expect((await deliver('{}', WRONG, '192.0.2.2')).statusCode).toBe(401);
    expect(await outcomes()).toEqual({ unauthorized: STRANGERS.max + 1, too_many: 1, accepted: 1 });
    expect(lines.filter((line) => line.includes('"level":40'))).toHaveLength(STRANGERS.max + 1);
  });

  it('is the same by wrong signatures, and by the addresses of one /64', async () => {
    const { deliver } = setUp();
    for (let count = 0; count < STRANGERS.max; count += 1) {
      const headers = { 'x-gitlab-token': '', 'webhook-signature': 'v1,AAAA' };
      expect((await deliver('{}', headers, `2001:db8::${count.toString(16)}`)).statusCode).toBe(401);
    }
    expect((await deliver('{}', WRONG, '2001:db8::ffff')).statusCode).toBe(429);
    expect((await deliver('{}', WRONG, '2001:db8:0:1::1')).statusCode).toBe(401);
  });

  it('is the same by asking for what is not there, and nothing else is limited', async () => {
    const { server } = setUp();
    const get = async (url: string) => (await server.inject({ url, remoteAddress: '192.0.2.1' })).statusCode;
    for (let count = 0; count < STRANGERS.max; count += 1) expect(await get(`/admin${count}`)).toBe(404);
    expect(await get('/wp-login.php')).toBe(429);
    for (let count = 0; count < 70; count += 1) expect(await get('/livez')).toBe(200);
  });
});
