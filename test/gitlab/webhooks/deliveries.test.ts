import { describe, expect, test } from 'vitest';
import { hooked } from '../test-support/hooked.ts';

describe('deliveries', () => {
  test('four failures in a row switch a hook off for a minute, then for longer; a success makes good', async () => {
    let now = new Date('2026-01-01T00:00:00Z');
    const { world, project, alice, api, receiver, came, hookId } = await hooked({}, { now: () => now });
    receiver.answer = 500;
    const issue = world.openIssue({ project, author: alice, title: 'Bug' });
    const again = async () => {
      world.comment({ issue, author: alice, body: 'x' });
      return (await came()).length;
    };
    const status = async () => (await api(alice, 'GET', `/projects/:id/hooks/${hookId}`)).body;
    expect([await again(), await again()]).toEqual([2, 3]);
    expect((await status()).alert_status).toBe('executable');
    expect(await again()).toBe(4);
    expect(await status()).toMatchObject({
      alert_status: 'temporarily_disabled',
      disabled_until: '2026-01-01T00:01:00.000Z',
    });
    expect(await again()).toBe(4);
    now = new Date('2026-01-01T00:01:01Z');
    expect(await again()).toBe(5);
    expect((await status()).disabled_until).toBe('2026-01-01T00:03:01.000Z');
    const test = async () => api(alice, 'POST', `/projects/:id/hooks/${hookId}/test/note_events`);
    expect((await test()).status).toBe(422);
    expect((await status()).disabled_until).toBe('2026-01-01T00:03:01.000Z');
    // The hook counts a redirect as good, the endpoint does not.
    receiver.answer = 302;
    expect((await test()).status).toBe(422);
    expect((await status()).alert_status).toBe('executable');
  });

  test('no number of failures switches a hook off where the instance does not do that', async () => {
    const { world, project, alice, api, receiver, came, hookId } = await hooked({}, { disablesHooks: false });
    receiver.answer = 500;
    const issue = world.openIssue({ project, author: alice, title: 'Bug' });
    for (let count = 1; count <= 5; count += 1) world.comment({ issue, author: alice, body: 'x' });
    expect(await came()).toHaveLength(6);
    world.comment({ issue, author: alice, body: 'x' });
    expect(await came()).toHaveLength(7);
    const hook = (await api(alice, 'GET', `/projects/:id/hooks/${hookId}`)).body;
    expect(hook.alert_status).toBe('executable');
  });

  test('a receiver that says nothing is given up on, and nothing is sent twice', async () => {
    const { world, project, alice, api, receiver, came, hookId } = await hooked({}, { webhookTimeout: 600 });
    receiver.answer = 0;
    world.openIssue({ project, author: alice, title: 'Bug' });
    expect(await came()).toHaveLength(1);
    const events = (await api(alice, 'GET', `/projects/:id/hooks/${hookId}/events`)).body;
    expect(events).toMatchObject([{ response_status: 'internal error', trigger: 'issue_hooks' }]);
  });

  test('a delivery can be sent again, with the same key', async () => {
    const { world, project, alice, api, receiver, came, hookId } = await hooked({ token: 's3cret' });
    receiver.answer = 503;
    world.openIssue({ project, author: alice, title: 'Bug' });
    await came();
    const path = `/projects/:id/hooks/${hookId}/events`;
    const [event] = (await api(alice, 'GET', `${path}?status=server_failure`)).body;
    expect(event).toMatchObject({ response_status: '503', request_data: { object_kind: 'issue' } });
    expect(JSON.stringify(event)).not.toContain('s3cret');
    receiver.answer = 202;
    expect((await api(alice, 'POST', `${path}/${event.id}/resend`)).body).toEqual({ response_status: 202 });
    const [first, second] = receiver.received;
    expect(second?.raw).toBe(first?.raw);
    expect(second?.headers['idempotency-key']).toBe(first?.headers['idempotency-key']);
    expect(second?.headers['x-gitlab-webhook-uuid']).not.toBe(first?.headers['x-gitlab-webhook-uuid']);
  });

  test('nothing is sent again while the hook is off, nor to another address than before', async () => {
    const { world, project, alice, api, receiver, came, hookId, gitlab } = await hooked();
    receiver.answer = 503;
    const issue = world.openIssue({ project, author: alice, title: 'Bug' });
    for (const body of ['1', '2', '3', '4', '5', '6']) world.comment({ issue, author: alice, body });
    expect(await came()).toHaveLength(7);
    const path = `/projects/:id/hooks/${hookId}`;
    const [event] = (await api(alice, 'GET', `${path}/events`)).body;
    // Seven failed; those after the fourth were under way already.
    expect(world.state.hooks.get(hookId)).toMatchObject({ recentFailures: 4, backoffCount: 1 });
    const again = () => api(alice, 'POST', `${path}/events/${event.id}/resend`);
    expect(await again()).toMatchObject({ status: 422, body: { message: 'Hook disabled' } });
    receiver.answer = 200;
    expect((await api(alice, 'POST', `${path}/test/note_events`)).status).toBe(201);
    expect((await again()).status).toBe(201);
    await api(alice, 'PUT', path, { url: `${receiver.url}/moved` });
    expect((await again()).body.message).toMatch(/^The hook URL has changed/);
    expect(gitlab.violations).toEqual([]);
  });

  test('five tests and five resends a minute, for each user and project', async () => {
    let now = new Date('2026-01-01T00:00:00Z');
    const { world, project, alice, api, came, hookId } = await hooked({}, { now: () => now });
    world.openIssue({ project, author: alice, title: 'Bug' });
    await came();
    const path = `/projects/:id/hooks/${hookId}`;
    const [event] = (await api(alice, 'GET', `${path}/events`)).body;
    for (const way of [`${path}/test/issues_events`, `${path}/events/${event.id}/resend`]) {
      const statuses: number[] = [];
      for (let count = 0; count < 6; count += 1) statuses.push((await api(alice, 'POST', way)).status);
      expect(statuses).toEqual([201, 201, 201, 201, 201, 429]);
      expect((await api(alice, 'POST', way)).headers.get('retry-after')).toBe('60');
    }
    now = new Date('2026-01-01T00:01:00Z');
    expect((await api(alice, 'POST', `${path}/test/issues_events`)).status).toBe(201);
  });

  test('deliveries are listed by what came of them, for seven days', async () => {
    let now = new Date('2026-01-01T00:00:00Z');
    const { world, project, alice, api, receiver, came, hookId } = await hooked({}, { now: () => now });
    for (const answer of [200, 404, 500]) {
      receiver.answer = answer;
      world.openIssue({ project, author: alice, title: 'Bug' });
      await came();
    }
    const statuses = async (query: string) => {
      const { status, body } = await api(alice, 'GET', `/projects/:id/hooks/${hookId}/events?${query}`);
      return status === 200 ? body.map((event: { response_status: string }) => event.response_status) : body;
    };
    expect(await statuses('status=client_failure,server_failure')).toEqual(['500', '404']);
    expect(await statuses('status=successful')).toEqual(['200']);
    expect(await statuses('status=404')).toEqual(['404']);
    expect(await statuses('status=failed')).toEqual({ error: 'status does not have a valid value' });
    expect(await statuses('per_page=21')).toEqual({ error: 'per_page does not have a valid value' });
    now = new Date('2026-01-08T00:00:01Z');
    expect(await statuses('')).toEqual([]);
  });

  test('a test sends the newest note as by the tester, and says so when there is none or nobody answers well', async () => {
    const { world, project, alice, bot, api, receiver, came, hookId } = await hooked({ events: [] });
    const path = `/projects/:id/hooks/${hookId}/test/note_events`;
    expect((await api(alice, 'POST', path)).body.message).toBe('Ensure the project has notes.');
    const issue = world.openIssue({ project, author: alice, title: 'Bug' });
    world.comment({ issue, author: bot, body: 'newest' });
    expect((await api(alice, 'POST', path)).status).toBe(201);
    const [delivery] = await came();
    expect(delivery?.body).toMatchObject({
      user: { id: alice.id },
      object_attributes: { author_id: bot.id, action: 'create' },
    });
    receiver.answer = 500;
    expect((await api(alice, 'POST', path)).status).toBe(422);
  });

  test('a hook is not called for what its own call caused', async () => {
    const { world, project, alice, bot, gitlab, came } = await hooked({ events: ['note'] });
    const issue = world.openIssue({ project, author: alice, title: 'Bug' });
    world.comment({ issue, author: alice, body: 'x' });
    const [delivery] = await came();
    const reply = (headers: Record<string, string>) =>
      fetch(`${gitlab.url}/api/v4/projects/${project.id}/issues/1/notes`, {
        method: 'POST',
        headers: {
          'private-token': world.addToken({ user: bot }).value,
          'content-type': 'application/json',
          ...headers,
        },
        body: '{"body":"reply"}',
      });
    await reply({ 'x-gitlab-event-uuid': String(delivery?.headers['x-gitlab-event-uuid']) });
    expect(await came()).toHaveLength(1);
    await reply({});
    expect(await came()).toHaveLength(2);
  });
});
