import { Agent } from 'undici';
import { expect, it, onTestFinished } from 'vitest';
import { createWebhooks } from '../../src/gitlab/hooks.ts';
import { Secret } from '../../src/lib/secret.ts';
import { startReceiver } from '../gitlab/test-support/receiver.ts';
import { setUp } from '../gitlab/test-support/setup.ts';

const SIGNING = new Secret(`whsec_${Buffer.alloc(32, 7).toString('base64')}`);

/** A stand-in GitLab of a version, our client as a Maintainer of `acme/app`, and a place for webhooks. */
async function connect({ version = '19.1.0' } = {}) {
  const setup = await setUp({ version });
  const receiver = await startReceiver();
  const dispatcher = new Agent();
  onTestFinished(() => dispatcher.destroy());
  const operations: string[] = [];
  const login = {
    url: setup.gitlab.url,
    token: new Secret(setup.world.addToken({ user: setup.alice }).value),
  };
  const webhooks = createWebhooks(login, {
    dispatcher,
    onRequest: (operation) => operations.push(operation),
  });
  const { id } = setup.project;
  const settings = {
    url: receiver.url,
    events: new Map([
      ['push', false],
      ['note', true],
      ['issues', true],
    ]),
    token: new Secret('s3cret'),
  };
  return { ...setup, receiver, webhooks, id, settings, operations };
}

it('makes, changes, lists and removes hooks', async () => {
  const { gitlab, world, webhooks, id, settings } = await connect();
  const made = await webhooks.create(id, settings);
  expect(made).toEqual({
    id: made.id,
    url: settings.url,
    events: new Set(['note', 'issues']),
    state: 'executable',
    disabledUntil: undefined,
    verifiesTls: true,
    hasToken: true,
    hasSigningToken: false,
  });
  expect(world.state.hooks.get(made.id)?.token).toBe('s3cret');
  const changed = await webhooks.update(id, made.id, {
    url: settings.url,
    events: new Map([['issues', false]]),
    signingToken: SIGNING,
  });
  expect(changed).toMatchObject({ events: new Set(['note']), hasToken: true, hasSigningToken: true });
  expect(await webhooks.hooks(id)).toEqual([changed]);
  expect(await webhooks.hook(id, made.id)).toEqual(changed);
  await webhooks.remove(id, made.id);
  await webhooks.remove(id, made.id);
  expect(await webhooks.hook(id, made.id)).toBeUndefined();
  expect(gitlab.violations).toEqual([]);
});

it('does not know of tokens before GitLab 19.0', async () => {
  const { webhooks, id, settings } = await connect({ version: '18.9.0' });
  expect(await webhooks.create(id, settings)).toMatchObject({
    hasToken: undefined,
    hasSigningToken: undefined,
  });
  expect(await webhooks.version()).toMatch(/^18\.9\.0/);
});

it('finds projects by path and by role', async () => {
  const { gitlab, world, alice, webhooks, id } = await connect();
  expect(await webhooks.project('acme/app')).toEqual({ id, path: 'acme/app' });
  expect(await webhooks.project('acme/none')).toBeUndefined();
  for (let count = 1; count <= 100; count += 1) {
    const project = await world.addProject({ path: `acme/more-${count}` });
    world.addMember({ project, user: alice, level: count === 1 ? 'developer' : 'maintainer' });
  }
  const [first, second] = [await webhooks.maintained(1), await webhooks.maintained(2)];
  expect([first.length, second.length, first[0]?.path]).toEqual([100, 0, 'acme/app']);
  expect(gitlab.violations).toEqual([]);
});

it('finds the projects of a group and the groups below it', async () => {
  const { gitlab, world, alice, stranger, webhooks, id } = await connect();
  const group = world.addGroup({ path: 'acme' });
  world.addMember({ group, user: alice, level: 'maintainer' });
  const lent = await world.addProject({ path: 'other/lent', visibility: 'public' });
  world.updateProject({ project: lent, sharedWithGroupIds: [group.id] });
  world.updateProject({ project: await world.addProject({ path: 'acme/old' }), archived: true });
  for (let count = 1; count <= 100; count += 1)
    await world.addProject({ path: `acme/sub-${count % 3}/more-${count}` });
  const pages = [
    await webhooks.below('acme', 1),
    await webhooks.below('acme', 2),
    await webhooks.below('acme', 3),
  ];
  expect(pages.map((page) => page?.length)).toEqual([100, 1, 0]);
  expect(pages[0]?.[0]).toEqual({ id, path: 'acme/app' });
  expect(pages.flat().some((one) => one?.path === 'acme/old' || one?.path === 'other/lent')).toBe(false);
  expect(await webhooks.below('acme/sub-2', 1)).toHaveLength(33);
  expect(await webhooks.below('acme/app', 1)).toBeUndefined();
  expect(await webhooks.below('elsewhere', 1)).toBeUndefined();
  await world.addProject({ path: `${stranger.username}/own`, visibility: 'public' });
  expect(await webhooks.below(stranger.username, 1)).toBeUndefined();
  expect(gitlab.violations).toEqual([]);
});

it('reads deliveries, and has them sent again with their key', async () => {
  const { gitlab, world, project, alice, receiver, webhooks, id, settings, operations } = await connect();
  const hook = await webhooks.create(id, settings);
  receiver.answer = 503;
  const before = Date.now();
  const issue = world.openIssue({ project, author: alice, title: 'Bug' });
  await gitlab.webhooksSettled();
  receiver.answer = 200;
  world.comment({ issue, author: alice, body: 'x' });
  await gitlab.webhooksSettled();
  const ofFailed = { page: 1, outcomes: ['client_failure', 'server_failure'] } as const;
  const [failed, ...others] = await webhooks.deliveries(id, hook.id, ofFailed);
  expect(others).toEqual([]);
  expect(failed).toMatchObject({
    url: settings.url,
    key: receiver.received[0]?.headers['idempotency-key'],
    event: 'Issue Hook',
    payload: { object_kind: 'issue', object_attributes: { title: 'Bug' } },
    status: '503',
    answer: '{"seen":true}',
  });
  // In whole seconds.
  expect(failed?.at).toBeGreaterThan(before - 1000);
  expect(await webhooks.resend(id, hook.id, failed?.id ?? 0)).toBe('200');
  const all = await webhooks.deliveries(id, hook.id, { page: 1 });
  expect(all.map(({ status }) => status)).toEqual(['200', '200', '503']);
  expect(all[0]?.key).toBe(failed?.key);
  expect(await webhooks.deliveries(id, hook.id, { page: 2 })).toEqual([]);
  expect(operations).toContain('POST projects/:id/hooks/:id/events/:id/resend');
  expect(gitlab.violations).toEqual([]);
});

it('tells refusals apart from limits', async () => {
  const { gitlab, world, project, alice, receiver, webhooks, id, settings } = await connect();
  const hook = await webhooks.create(id, settings);
  await expect(webhooks.test(id, hook.id, 'note')).rejects.toMatchObject({
    kind: 'refused',
    detail: expect.stringContaining('Ensure the project has notes'),
  });
  world.openIssue({ project, author: alice, title: 'Bug' });
  await gitlab.webhooksSettled();
  receiver.answer = 500;
  await expect(webhooks.test(id, hook.id, 'issues')).rejects.toMatchObject({ kind: 'refused' });
  receiver.answer = 200;
  for (let count = 3; count <= 5; count += 1) await webhooks.test(id, hook.id, 'issues');
  await expect(webhooks.test(id, hook.id, 'issues')).rejects.toMatchObject({
    kind: 'rate_limit',
    retryAfter: 60_000,
  });
  expect(gitlab.violations).toEqual([]);
});
