import { expect, test } from 'vitest';
import { expectNoViolations, setUp } from '../test-support/setup.ts';

test('without a token, with a wrong, an expired or a revoked one', async () => {
  const { world, bot, api, project } = await setUp();
  expect(await api(undefined, 'GET', '/user')).toMatchObject({
    status: 401,
    body: { message: '401 Unauthorized' },
  });
  const wrong = { ...world.addToken({ user: bot }), value: 'glpat-wrong' };
  expect(await api(wrong, 'GET', '/user')).toMatchObject({
    status: 401,
    body: { message: '401 Unauthorized' },
  });
  const expired = world.addToken({ user: bot, expiresAt: new Date(Date.now() - 1000) });
  expect((await api(expired, 'GET', '/user')).body.error_description).toMatch(/^Token is expired/);
  const revoked = world.addToken({ user: bot });
  world.revokeToken(revoked);
  expect(await api(revoked, 'GET', '/user')).toMatchObject({ status: 401, body: { error: 'invalid_token' } });
  world.setUserState({ user: bot, state: 'blocked' });
  expect((await api(bot, 'GET', '/user')).body.message).toBe(
    '403 Forbidden - Your account has been blocked.',
  );
  expect((await api(undefined, 'GET', `/projects/${project.id}`)).body.message).toBe('404 Project Not Found');
});

test('a bearer token is as good', async () => {
  const { world, bot, gitlab } = await setUp();
  const { value } = world.addToken({ user: bot });
  const response = await fetch(`${gitlab.url}/api/v4/user`, {
    headers: { authorization: `Bearer ${value}` },
  });
  expect(await response.json()).toMatchObject({ username: 'helper', bot: true });
});

test('scopes: read_api reads, and any token may look at itself', async () => {
  const { world, project, alice, api } = await setUp();
  world.openIssue({ project, author: alice, title: 'Bug' });
  const reader = world.addToken({ user: alice, scopes: ['read_api'] });
  expect((await api(reader, 'GET', '/projects/:id/issues')).status).toBe(200);
  expect(await api(reader, 'POST', '/projects/:id/issues/1/notes', { body: 'x' })).toMatchObject({
    status: 403,
    body: { error: 'insufficient_scope', scope: 'api' },
  });
  const pusher = world.addToken({ user: alice, scopes: ['write_repository'], expiresAt: null });
  expect((await api(pusher, 'GET', '/personal_access_tokens/self')).body).toMatchObject({
    scopes: ['write_repository'],
    expires_at: null,
    active: true,
    user_id: alice.id,
  });
});

test('a project that one may not see is not there, by id or by path', async () => {
  const { stranger, bot, api, world, project } = await setUp();
  for (const path of [
    '/projects/:id',
    '/projects/acme%2Fapp',
    '/projects/acme%2Fapp/issues',
    '/projects/nope',
  ])
    expect(await api(stranger, 'GET', path)).toMatchObject({
      status: 404,
      body: { message: '404 Project Not Found' },
    });
  expect((await api(bot, 'GET', '/projects/acme%2Fapp')).body.path_with_namespace).toBe('acme/app');
  world.updateProject({ project, visibility: 'public' });
  expect((await api(undefined, 'GET', '/projects/:id')).status).toBe(200);
});

test('CI settings are shown to Maintainers, and only Owners go past "owner"', async () => {
  const { alice, bot, api, gitlab } = await setUp();
  const field = 'ci_pipeline_variables_minimum_override_role';
  expect((await api(bot, 'GET', '/projects/:id')).body).not.toHaveProperty(field);
  expect((await api(alice, 'GET', '/projects/:id')).body[field]).toBe('developer');
  expect((await api(alice, 'PUT', '/projects/:id', { [field]: 'maintainer' })).body[field]).toBe(
    'maintainer',
  );
  expect((await api(alice, 'PUT', '/projects/:id', { [field]: 'no_one_allowed' })).status).toBe(403);
  expect((await api(bot, 'PUT', '/projects/:id', { [field]: 'developer' })).status).toBe(403);
  expectNoViolations({ gitlab });
});

test('members/all counts groups, members alone does not, and the highest level wins', async () => {
  const { world, project, bot, stranger, api, gitlab } = await setUp();
  const group = world.addGroup({ path: 'acme' });
  world.addMember({ group, user: stranger, level: 'reporter' });
  world.addMember({ group, user: bot, level: 'maintainer' });
  const level = async (list: string, id: number) => {
    const { status, body } = await api(bot, 'GET', `/projects/:id/${list}/${id}`);
    return status === 200 ? body.access_level : status;
  };
  expect(await level('members', stranger.id)).toBe(404);
  expect(await level('members/all', stranger.id)).toBe(20);
  expect(await level('members/all', bot.id)).toBe(40);
  expect((await api(bot, 'GET', '/projects/:id/members/all')).body).toHaveLength(3);
  world.addMember({ project, user: stranger, level: 'owner', expiresAt: new Date(Date.now() - 1) });
  expect(await level('members/all', stranger.id)).toBe(20);
  expect(await level('members/all', 9999)).toBe(404);
  expectNoViolations({ gitlab });
});

test('lists come in pages with links', async () => {
  const { world, project, alice, api, gitlab } = await setUp({ subPath: '/gitlab' });
  for (let n = 1; n <= 5; n += 1) world.openIssue({ project, author: alice, title: `Bug ${n}` });
  const first = await api(alice, 'GET', '/projects/:id/issues?per_page=2&sort=asc');
  expect(first.body.map((issue: { iid: number }) => issue.iid)).toEqual([1, 2]);
  expect(Object.fromEntries(first.headers)).toMatchObject({
    'x-total': '5',
    'x-next-page': '2',
    'x-total-pages': '3',
  });
  const next = /<([^>]+)>; rel="next"/.exec(first.headers.get('link') ?? '')?.[1] ?? '';
  expect(next.startsWith(`${gitlab.url}/api/v4/`)).toBe(true);
  const last = await api(alice, 'GET', '/projects/:id/issues?per_page=2&page=3&sort=asc');
  expect(last.body).toHaveLength(1);
  expect(last.headers.get('x-next-page')).toBe('');
});

test('who asks too often gets plain text, who comments too often gets JSON', async () => {
  const now = new Date('2026-01-01T00:00:20Z');
  const { world, project, alice, api } = await setUp({ limits: { api: 4, notes: 1 }, now: () => now });
  world.openIssue({ project, author: alice, title: 'Bug' });
  const post = () => api(alice, 'POST', '/projects/:id/issues/1/notes', { body: 'x' });
  expect((await post()).headers.get('ratelimit-remaining')).toBe('3');
  const limited = await post();
  expect(limited.body.message.error).toMatch(/requested too many times/);
  expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '60']);
  await api(alice, 'GET', '/user');
  await api(alice, 'GET', '/user');
  const throttled = await api(alice, 'GET', '/user');
  expect([throttled.status, throttled.body]).toEqual([429, 'Retry later\n']);
  expect(throttled.headers.get('retry-after')).toBe('40');
});

test('forms and query parameters work like JSON', async () => {
  const { gitlab, world, project, alice } = await setUp();
  world.openIssue({ project, author: alice, title: 'Bug' });
  const { value } = world.addToken({ user: alice });
  const url = `${gitlab.url}/api/v4/projects/${project.id}/issues/1`;
  const form = new FormData();
  form.set('body', 'by form');
  const headers = { 'private-token': value };
  const posted = await fetch(`${url}/notes`, { method: 'POST', headers, body: form });
  expect(await posted.json()).toMatchObject({ body: 'by form' });
  const encoded = await fetch(url, {
    method: 'PUT',
    headers,
    body: new URLSearchParams([
      ['add_labels', 'a,b'],
      ['assignee_ids[]', String(alice.id)],
    ]),
  });
  expect(await encoded.json()).toMatchObject({ labels: ['a', 'b'], assignee: { username: 'alice' } });
});

test('every request is kept in the log', async () => {
  const { gitlab, bot, api } = await setUp();
  await api(bot, 'GET', '/user');
  await api(undefined, 'GET', '/projects/:id/members');
  expect(gitlab.requests).toMatchObject([
    { method: 'GET', path: '/user', username: 'helper', status: 200 },
    { method: 'GET', username: undefined, status: 401 },
  ]);
});
