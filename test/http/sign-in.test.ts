import { expect, test, vi } from 'vitest';
import { ADMIN_TOKEN, setUpAdmin, VOUCHING } from './admin-set-up.ts';
import { setUpPeople } from './people-set-up.ts';

const LOST = /began in another browser, was used before, or is older than ten minutes/;

test.each([true, false])(
  'GitLab says who somebody is, to an application that is confidential: %s',
  async (isConfidential) => {
    const { visitor, world, audited, gitlab } = await setUpPeople({ isConfidential });
    const alice = visitor();
    const page = await alice.leave('/runs/x?y=1');
    expect(Object.fromEntries(page.searchParams)).toMatchObject({
      response_type: 'code',
      scope: 'openid',
      code_challenge_method: 'S256',
    });
    const back = await alice.allow(page, 'alice');
    expect(await alice.get(back)).toMatchObject({ status: 303, location: '/runs/x?y=1' });
    expect((await alice.get('/')).text).toContain('alice');
    expect(audited).toEqual([{ event: 'session', decision: 'signed in', actor: 'alice', from: '127.0.0.1' }]);
    // Of what the person gave nothing is left.
    const tokens = [...world.state.tokens.values()].filter(({ scopes }) => scopes.includes('openid'));
    expect(tokens.map(({ revoked }) => revoked)).toEqual([true]);
    expect(gitlab.violations).toEqual([]);
  },
);

test('somebody comes back with a state that is missing or of somebody else', async () => {
  const { visitor, audited, world } = await setUpPeople();
  const [alice, mallory] = [visitor(), visitor()];
  const others = await mallory.leave();
  for (const state of [undefined, '', 'guess', others.searchParams.get('state') ?? '']) {
    // All else is right.
    const back = new URL(await alice.allow(await alice.leave(), 'alice'));
    const code = back.searchParams.get('code') ?? '';
    const query = new URLSearchParams({ code, ...(state === undefined ? {} : { state }) });
    const answer = await alice.get(`/login/callback?${query}`);
    expect(answer.status).toBe(400);
    expect(answer.text).toMatch(LOST);
    expect(alice.cookies.size).toBe(0);
  }
  expect(audited.map(({ decision }) => decision)).toEqual(Array(4).fill('refused'));
  expect([...world.state.tokens.values()].filter(({ scopes }) => scopes.includes('openid'))).toEqual([]);
});

test('somebody comes back who was never sent, or comes back twice', async () => {
  const { visitor } = await setUpPeople();
  const alice = visitor();
  const back = await alice.allow(await alice.leave(), 'alice');
  expect((await visitor().get(back)).text).toMatch(LOST);
  const kept = new Map(alice.cookies);
  expect((await alice.get(back)).status).toBe(303);
  // Even where the browser had kept what it was to forget: GitLab takes a code once.
  const again = visitor();
  for (const [name, value] of kept) again.cookies.set(name, value);
  const answer = await again.get(back);
  expect(answer.status).toBe(400);
  expect(answer.text).toMatch(LOST);
  expect(again.cookies.size).toBe(0);
});

test('a code that was made for another session is worth nothing', async () => {
  const { visitor } = await setUpPeople();
  const [alice, mallory] = [visitor(), visitor()];
  const page = await mallory.leave();
  const code = new URL(await alice.allow(await alice.leave(), 'alice')).searchParams.get('code') ?? '';
  // What Mallory began goes on with the code of Alice, under Mallory's own state.
  const query = new URLSearchParams({ code, state: page.searchParams.get('state') ?? '' });
  const answer = await mallory.get(`/login/callback?${query}`);
  expect(answer.status).toBe(400);
  expect(answer.text).toMatch(LOST);
  expect(mallory.cookies.size).toBe(0);
});

test('GitLab is asked for no more codes than anybody may guess admin tokens', async () => {
  const { visitor, gitlab } = await setUpPeople();
  const alice = visitor();
  const statuses = new Set<number>();
  for (let guess = 0; guess <= 300; guess += 1) statuses.add((await alice.get('/login/callback')).status);
  expect([...statuses]).toEqual([400, 429]);
  const back = await alice.allow(await alice.leave(), 'alice');
  expect((await alice.get(back)).status).toBe(429);
  expect([...gitlab.world.state.tokens.values()].filter(({ scopes }) => scopes.includes('openid'))).toEqual(
    [],
  );
});

test('an ID token that was made for another sign-in is worth nothing', async () => {
  const { visitor } = await setUpPeople();
  const alice = visitor();
  const page = await alice.leave();
  page.searchParams.set('nonce', 'of-another');
  const answer = await alice.get(await alice.allow(page, 'alice'));
  expect(answer.status).toBe(502);
  expect(alice.cookies.size).toBe(0);
});

test('what somebody keeps while they are at GitLab shows nothing, and is no session', async () => {
  const { visitor } = await setUpPeople();
  const alice = visitor();
  const page = await alice.leave('/somewhere');
  const [[, value = ''] = []] = [...alice.cookies];
  for (const part of value.split('.')) {
    const text = Buffer.from(part, 'base64url').toString();
    expect(text).not.toContain(page.searchParams.get('state'));
    expect(text).not.toContain('/somewhere');
  }
  alice.cookies.set('beckon_session', value);
  expect((await alice.get('/api/runs')).status).toBe(401);
});

test('a sign-in has ten minutes, and a session twelve hours', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  try {
    const { visitor } = await setUpPeople();
    const alice = visitor();
    const back = await alice.allow(await alice.leave(), 'alice');
    vi.setSystemTime(Date.now() + 601_000);
    expect((await alice.get(back)).text).toMatch(LOST);
    await alice.signIn('alice');
    vi.setSystemTime(Date.now() + 12 * 3_600_000 - 10_000);
    expect((await alice.get('/')).status).toBe(200);
    vi.setSystemTime(Date.now() + 20_000);
    expect((await alice.get('/')).status).toBe(303);
  } finally {
    vi.useRealTimers();
  }
});

test('GitLab sends people to no other host, nor for an application that it does not know', async () => {
  const { visitor } = await setUpPeople();
  const alice = visitor();
  const page = await alice.leave();
  page.searchParams.set('redirect_uri', 'http://evil.test/login/callback');
  expect(await alice.allow(page, 'alice')).toMatch(/^none: 401/);
});

test.each([
  '//evil.test',
  '/\\evil.test',
  '/\t/evil.test',
  '/..//evil.test',
  'https://evil.test',
  'javascript:alert(1)',
])('signing in with GitLab leads to no other site: %j', async (next) => {
  const { visitor } = await setUpPeople();
  expect(await visitor().signIn('alice', next)).toMatchObject({ status: 303, location: '/' });
});

test.each([
  ['they decline', {}, 'deny', 403, /you declined/],
  [
    'the secret of the application is wrong',
    { clientSecret: 'wrong' },
    'authorize',
    502,
    /do not fit together \(invalid_client\)/,
  ],
])('is told in words that %s', async (_what, options, decision, status, words) => {
  const { visitor } = await setUpPeople(options);
  const alice = visitor();
  const answer = await alice.get(await alice.allow(await alice.leave(), 'alice', decision));
  expect(answer.status).toBe(status);
  expect(answer.text).toMatch(words);
  expect(answer.text).toContain('Sign in with GitLab');
  expect(alice.cookies.size).toBe(0);
});

test('is told in words that the application lacks the scope, and that GitLab is away', async () => {
  const lacking = (await setUpPeople({ scopes: ['read_user'] })).visitor();
  const page = await lacking.leave();
  const asked = await fetch(page, { redirect: 'manual' });
  const answer = await lacking.get(asked.headers.get('location') ?? '');
  expect(answer.text).toMatch(/do not fit together \(invalid_scope\)/);

  const { visitor, gitlab } = await setUpPeople();
  const alice = visitor();
  const back = await alice.allow(await alice.leave(), 'alice');
  await gitlab.close();
  const away = await alice.get(back);
  expect(away.status).toBe(503);
  expect(away.text).toContain('GitLab does not answer');
});

test('a session of a person is not one of the operator, however it is bent', async () => {
  const { visitor } = await setUpPeople();
  const alice = visitor();
  await alice.signIn('alice');
  for (const path of ['/agents', '/simulate']) expect((await alice.get(path)).status, path).toBe(404);
  for (const path of ['/api/config', '/api/status']) expect((await alice.get(path)).status, path).toBe(403);
  expect((await alice.post('/api/simulate')).status).toBe(403);
  expect((await alice.post('/simulate')).status).toBe(404);
  const list = await alice.get('/');
  expect(list.text).not.toContain('Simulate');
  expect(list.text).not.toContain('claude');

  const token = alice.cookies.get('beckon_session') ?? '';
  const [head, , signature] = token.split('.');
  const bent = Buffer.from(JSON.stringify({ kind: 'operator', exp: 9_999_999_999 })).toString('base64url');
  alice.cookies.set('beckon_session', `${head}.${bent}.${signature}`);
  expect((await alice.get('/api/runs')).status).toBe(401);
});

test('a session is over where people sign in by another GitLab or application, or not at all', async () => {
  const vouched = setUpAdmin([], { gitlabOf: () => Promise.reject() as never });
  const person = { kind: 'person', id: 5, username: 'ada', name: 'Ada' } as const;
  const cookie = await vouched.cookieFor(person);
  const look = async ({ server }: typeof vouched, value: string) =>
    (await server.inject({ url: '/api/runs', headers: { cookie: value } })).statusCode;
  expect(await look(vouched, cookie)).toBe(200);
  expect(await look(setUpAdmin(), cookie)).toBe(401);
  const other = setUpAdmin([], { gitlabOf: () => Promise.reject() as never, vouching: `${VOUCHING}-2` });
  expect(await look(other, cookie)).toBe(401);
});

test('with https no other host below the domain can plant a cookie', async () => {
  const { cookieFor, server } = setUpAdmin([], { isSecure: true });
  const cookie = await cookieFor({ kind: 'operator' });
  expect(cookie).toMatch(/^__Host-beckon_session=/);
  const look = async (value: string) =>
    (await server.inject({ url: '/api/runs', headers: { cookie: value } })).statusCode;
  expect(await look(cookie)).toBe(200);
  expect(await look(cookie.replace('__Host-', ''))).toBe(401);
});

test('where GitLab is not asked nobody is led there', async () => {
  const { server } = setUpAdmin();
  expect((await server.inject({ url: '/login' })).payload).not.toContain('GitLab');
  for (const url of ['/login/gitlab', '/login/callback?code=x&state=y'])
    expect((await server.inject({ url })).statusCode).toBe(404);
  const withToken = await server.inject({ url: '/', headers: { authorization: `Bearer ${ADMIN_TOKEN}` } });
  expect(withToken.statusCode).toBe(200);
});
