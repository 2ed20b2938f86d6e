import { expect, test } from 'vitest';
import { aRun } from '../queue/a-run.ts';
import { ADMIN_TOKEN, setUpAdmin } from './admin-set-up.ts';

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const OWN = { 'sec-fetch-site': 'same-origin' };

async function signedIn(options?: Parameters<typeof setUpAdmin>[1]) {
  const run = aRun();
  const admin = setUpAdmin([run], options);
  const answer = await admin.server.inject({
    method: 'POST',
    url: '/login',
    headers: { ...FORM, ...OWN },
    payload: new URLSearchParams({ token: ADMIN_TOKEN, next: '/agents' }).toString(),
  });
  const set = String(answer.headers['set-cookie']);
  const cookie = set.split(';')[0] ?? '';
  const stop = (headers: Record<string, string>) =>
    admin.server.inject({ method: 'POST', url: `/runs/${run.id}/cancel`, headers: { cookie, ...headers } });
  return { ...admin, answer, set, cookie, stop, run };
}

test('who signs in gets a cookie that scripts and other sites do not, and goes on', async () => {
  const { answer, set } = await signedIn();
  expect(answer.statusCode).toBe(303);
  expect(answer.headers.location).toBe('/agents');
  expect(set).toMatch(/; HttpOnly/);
  expect(set).toMatch(/; SameSite=Lax/);
  expect(set).not.toMatch(/; Secure/);
  expect(set).not.toContain(ADMIN_TOKEN);
  expect((await signedIn({ isSecure: true })).set).toMatch(/; Secure/);
});

test.each([
  ['a page of ours', OWN, 303],
  ['a page of ours, in an old browser', { origin: 'http://localhost', host: 'localhost' }, 303],
  ['another site', { 'sec-fetch-site': 'cross-site' }, 403],
  ['another site of the same owner', { 'sec-fetch-site': 'same-site' }, 403],
  ['another site, in an old browser', { origin: 'http://evil.test', host: 'localhost' }, 403],
  ['something that does not say', {}, 403],
])('a form of %s is answered rightly', async (_from, headers, status) => {
  const { stop, stops } = await signedIn();
  expect((await stop(headers as Record<string, string>)).statusCode).toBe(status);
  expect(stops.size).toBe(status === 303 ? 1 : 0);
});

test('a session is nothing once the admin token is another, nor where it was changed', async () => {
  const { server, cookie } = await signedIn();
  const look = async (value: string) =>
    (await server.inject({ url: '/api/status', headers: { cookie: value } })).statusCode;
  expect(await look(cookie)).toBe(200);
  expect(await look(`${cookie.slice(0, -3)}abc`)).toBe(401);
  const none = Buffer.from('{"alg":"none"}').toString('base64url');
  const claims = Buffer.from('{"kind":"operator"}').toString('base64url');
  expect(await look(`beckon_session=${none}.${claims}.`)).toBe(401);
});

test.each(['//evil.test', '/\\evil.test', 'https://evil.test', 'javascript:alert(1)'])(
  'signing in leads to no other site: %s',
  async (next) => {
    const { server } = setUpAdmin();
    const answer = await server.inject({
      method: 'POST',
      url: '/login',
      headers: { ...FORM, ...OWN },
      payload: new URLSearchParams({ token: ADMIN_TOKEN, next }).toString(),
    });
    expect(answer.headers.location).toBe('/');
  },
);

test('pages load nothing from elsewhere, are in no frame, and are kept by nobody', async () => {
  const { server } = setUpAdmin();
  const { headers } = await server.inject({ url: '/', headers: { authorization: `Bearer ${ADMIN_TOKEN}` } });
  expect(headers['content-security-policy']).toContain("default-src 'none'");
  expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
  expect(headers['content-security-policy']).not.toContain('unsafe');
  expect(headers['cache-control']).toBe('no-store');
  expect(headers['x-content-type-options']).toBe('nosniff');
});

test('who signs in, and what they do, is in the audit stream', async () => {
  const { server, audited, stop, run } = await signedIn();
  await server.inject({
    method: 'POST',
    url: '/login',
    headers: { ...FORM, ...OWN },
    payload: 'token=a-guess',
  });
  await stop(OWN);
  expect(audited).toEqual([
    { event: 'session', decision: 'signed in', actor: 'the operator', from: '127.0.0.1' },
    { event: 'session', decision: 'refused', actor: undefined, from: '127.0.0.1' },
    expect.objectContaining({
      event: 'command',
      decision: 'obeyed',
      actor: 'the operator',
      project: 'acme/shop',
      resource: 'issue/3',
      command: 'cancel',
      runs: [run.id],
    }),
  ]);
});

test('who has the admin token is asked of the config as it is now', async () => {
  const admin = setUpAdmin();
  const look = async (token: string) =>
    (await admin.server.inject({ url: '/', headers: { authorization: `Bearer ${token}` } })).statusCode;
  expect(await look(ADMIN_TOKEN)).toBe(200);
  admin.change({ adminToken: 'the-next-token-of-the-operator' });
  expect(await look(ADMIN_TOKEN)).toBe(303);
  expect(await look('the-next-token-of-the-operator')).toBe(200);
  admin.change({ adminToken: undefined });
  expect(await look('the-next-token-of-the-operator')).toBe(404);
});
