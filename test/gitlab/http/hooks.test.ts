import { expect, test } from 'vitest';
import { setUp } from '../test-support/setup.ts';

const signingToken = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

test('hooks through the API: defaults, secrets, rights', async () => {
  const { alice, bot, api, gitlab } = await setUp({ version: '19.1.0' });
  const hooks = '/projects/:id/hooks';
  expect((await api(bot, 'POST', hooks, { url: 'http://127.0.0.1:1/x' })).status).toBe(403);
  const made = await api(alice, 'POST', hooks, {
    url: 'http://127.0.0.1:1/x',
    note_events: true,
    token: 's3cret',
    signing_token: signingToken,
  });
  expect(made).toMatchObject({
    status: 201,
    body: {
      push_events: true,
      note_events: true,
      confidential_note_events: false,
      token_present: true,
      signing_token_present: true,
    },
  });
  expect(JSON.stringify(made.body)).not.toContain('s3cret');
  const path = `${hooks}/${made.body.id}`;
  expect((await api(alice, 'PUT', path, { push_events: false })).body).toMatchObject({
    push_events: false,
    note_events: true,
    token_present: true,
  });
  expect((await api(alice, 'PUT', path, { url: 'http://127.0.0.1:1/y' })).body.token_present).toBe(false);
  expect((await api(alice, 'POST', hooks, { url: 'ftp://x' })).status).toBe(422);
  expect((await api(alice, 'GET', hooks)).body).toHaveLength(1);
  expect((await api(alice, 'DELETE', path)).status).toBe(204);
  expect((await api(alice, 'GET', path)).body).toEqual({ message: '404 Not found' });
  expect(gitlab.violations).toEqual([]);
});

test('projects are listed by the role that one has there', async () => {
  const { alice, bot, api, gitlab, world } = await setUp();
  const old = await world.addProject({ path: 'acme/old' });
  world.addMember({ project: old, user: alice, level: 'maintainer' });
  world.updateProject({ project: old, archived: true });
  const paths = async (who: typeof alice) =>
    (
      await api(who, 'GET', '/projects?min_access_level=40&archived=false&simple=true&order_by=id&sort=asc')
    ).body.map((one: { path_with_namespace: string }) => one.path_with_namespace);
  expect([await paths(alice), await paths(bot)]).toEqual([['acme/app'], []]);
  expect(gitlab.violations).toEqual([]);
});

test('local addresses can be refused, as GitLab does by default', async () => {
  const { alice, api } = await setUp({ refuseLocalHooks: true });
  const answer = await api(alice, 'POST', '/projects/:id/hooks', { url: 'http://127.0.0.1:1/x' });
  expect(answer.body.message).toMatch(/^Url is blocked: /);
});
