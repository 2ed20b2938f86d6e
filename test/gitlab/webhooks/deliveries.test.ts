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
    receiver.answer = 302;
    expect((await api(alice, 'POST', `/projects/:id/hooks/${hookId}/test/note_events`)).status).toBe(201);
    expect((await status()).alert_status).toBe('executable');
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
    expect((await api(alice, 'POST', `${path}/${event.id}/resend`)).body).toEqual({ response_status: '202' });
    const [first, second] = receiver.received;
    expect(second?.raw).toBe(first?.raw);
    expect(second?.headers['idempotency-key']).toBe(first?.headers['idempotency-key']);
    expect(second?.headers['x-gitlab-webhook-uuid']).not.toBe(first?.headers['x-gitlab-webhook-uuid']);
  });

  test('a test sends the newest note as by the tester, and says so when there is none or nobody answers well', async () => {
    const { world, project, alice, bot, api, receiver, came, hookId } = await hooked({ events: [] });
    const path = `/projects/:id/hooks/${hookId}/test/note_events`;
    expect((await api(alice, 'POST', path)).body.message).toBe(
      '422 Unprocessable Entity - Ensure the project has notes.',
    );
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
