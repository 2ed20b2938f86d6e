import { describe, expect, test } from 'vitest';
import type { StartOptions } from '../start.ts';
import { type Receiver, startReceiver } from '../test-support/receiver.ts';
import { type Setup, setUp } from '../test-support/setup.ts';
import type { NewHook } from '../world/hooks.ts';
import { sign } from './headers.ts';

interface Hooked extends Setup {
  readonly receiver: Receiver;
  readonly hookId: number;
  /** What has come, once all has. */
  readonly came: () => Promise<Receiver['received']>;
}

async function hooked(hook: Partial<NewHook> = {}, options: StartOptions = {}): Promise<Hooked> {
  const setup = await setUp(options);
  const receiver = await startReceiver();
  const events = ['note', 'issues', 'merge_requests', 'pipeline', 'emoji'] as const;
  const { id } = setup.world.addHook({ project: setup.project, url: receiver.url, events, ...hook });
  const came = async () => {
    await setup.gitlab.webhooksSettled();
    return receiver.received;
  };
  return { ...setup, receiver, hookId: id, came };
}

const signingToken = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

describe('headers', () => {
  test('of 18.9', async () => {
    const { world, project, alice, came, gitlab } = await hooked(
      { token: 's3cret', signingToken },
      { subPath: '/gitlab' },
    );
    world.openIssue({ project, author: alice, title: 'Bug' });
    const [delivery] = await came();
    expect(delivery?.headers).toMatchObject({
      'content-type': 'application/json',
      'user-agent': 'GitLab/18.9.0',
      'x-gitlab-event': 'Issue Hook',
      'x-gitlab-instance': gitlab.url,
      'x-gitlab-token': 's3cret',
      'idempotency-key': expect.stringMatching(/^[0-9a-f-]{36}$/),
      'x-gitlab-webhook-uuid': expect.stringMatching(/^[0-9a-f-]{36}$/),
      'x-gitlab-event-uuid': expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect(Object.keys(delivery?.headers ?? {}).filter((name) => name.startsWith('webhook-'))).toEqual([]);
  });

  test('of 19.0, signed', async () => {
    const { world, project, alice, came } = await hooked({ signingToken }, { version: '19.0.1-ee' });
    world.openIssue({ project, author: alice, title: 'Bug' });
    const [delivery] = await came();
    if (delivery === undefined) throw new Error('nothing came');
    const { headers, raw } = delivery;
    expect(headers['webhook-id']).toBe(headers['idempotency-key']);
    expect(headers['x-gitlab-token']).toBeUndefined();
    const content = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${raw}`;
    expect(headers['webhook-signature']).toBe(sign(content, signingToken));
    expect(JSON.parse(raw).object_attributes.created_at).toMatch(/^\d{4}-\d\d-\d\dT/);
  });

  test('a signature is that of Standard Webhooks', () => {
    // The example of the Standard Webhooks specification.
    const signed = sign(
      'msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{"test": 2432232314}',
      'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    );
    expect(signed).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
  });
});

describe('what is sent to whom', () => {
  test('confidential things go only to hooks that ask for them', async () => {
    const open = await hooked();
    const secret = await startReceiver();
    const { world, project, alice } = open;
    world.addHook({ project, url: secret.url, events: ['confidential_note', 'confidential_issues'] });
    const issue = world.openIssue({ project, author: alice, title: 'Bug' });
    const hidden = world.openIssue({ project, author: alice, title: 'Secret', confidential: true });
    world.comment({ issue, author: alice, body: 'open' });
    world.comment({ issue, author: alice, body: 'internal', internal: true });
    world.comment({ issue: hidden, author: alice, body: 'hidden' });
    expect((await open.came()).map(({ body }) => body.event_type).sort()).toEqual(['issue', 'note']);
    const seen = secret.received.map(({ headers, body }) => [
      headers['x-gitlab-event'],
      body.event_type,
      body.issue?.confidential,
    ]);
    expect(seen.sort()).toEqual([
      ['Confidential Issue Hook', 'confidential_issue', undefined],
      ['Confidential Note Hook', 'confidential_note', false],
      ['Confidential Note Hook', 'confidential_note', true],
    ]);
  });

  test('system notes are told to nobody, an edit only when the text changed, and then as by the author', async () => {
    const { world, project, alice, bot, came } = await hooked({ events: ['note'] });
    const issue = world.openIssue({ project, author: alice, title: 'Bug', assignees: [bot] });
    const note = world.comment({ issue, author: bot, body: 'one' });
    world.editNote({ note, by: alice, body: 'one' });
    world.editNote({ note, by: alice, body: 'two' });
    const bodies = (await came()).map(({ body }) => body);
    expect(bodies.map((body) => body.object_attributes.action).sort()).toEqual(['create', 'update']);
    const update = bodies.find((body) => body.object_attributes.action === 'update');
    expect(update).toMatchObject({
      user: { id: bot.id, email: '[REDACTED]' },
      object_attributes: { note: 'two', updated_by_id: alice.id },
    });
  });

  test('commands are taken out of what is told', async () => {
    const { world, project, alice, came } = await hooked();
    const issue = world.openIssue({ project, author: alice, title: 'Bug' });
    world.post({ issue, author: alice, body: 'done\n/close' });
    const seen = (await came()).map(({ body }) => [
      body.object_kind,
      body.object_attributes.action,
      body.object_attributes.note,
    ]);
    expect(seen).toContainEqual(['note', 'create', 'done']);
    expect(seen).toContainEqual(['issue', 'close', undefined]);
  });

  test('an assignment says who was assigned before and who is now; an opened issue does not', async () => {
    const { world, project, alice, bot, came } = await hooked();
    const issue = world.openIssue({
      project,
      author: alice,
      title: 'Bug',
      issueType: 'task',
      assignees: [alice],
    });
    world.assign({ issue, by: alice, users: [bot] });
    const [opened, update] = (await came()).map(({ body }) => body);
    expect(opened).toMatchObject({
      object_kind: 'work_item',
      event_type: 'work_item',
      object_attributes: { action: 'open', type: 'Task' },
    });
    expect(opened.changes.assignees).toBeUndefined();
    expect(opened.assignees.map((user: { id: number }) => user.id)).toEqual([alice.id]);
    expect(update.changes.assignees.previous.map((user: { id: number }) => user.id)).toEqual([alice.id]);
    expect(update.changes.assignees.current.map((user: { id: number }) => user.id)).toEqual([
      alice.id,
      bot.id,
    ]);
  });

  test('reviewers: asked, reviewed, asked again', async () => {
    const { world, project, alice, bot, came, receiver } = await hooked({ events: ['merge_requests'] });
    const next = async () => {
      const [delivery] = (await came()).splice(0);
      return delivery?.body;
    };
    await world.commit({
      project,
      by: alice,
      branch: 'b',
      message: 'm',
      actions: [{ action: 'create', path: 'f', content: 'x' }],
    });
    const mergeRequest = await world.openMergeRequest({
      project,
      author: alice,
      title: 'T',
      sourceBranch: 'b',
    });
    expect(await next()).not.toHaveProperty('reviewers');
    world.requestReview({ mergeRequest, by: alice, users: [bot] });
    expect((await next()).changes.reviewers).toMatchObject({
      previous: [],
      current: [{ id: bot.id, state: 'unreviewed', re_requested: false }],
    });
    world.submitReview({ mergeRequest, reviewer: bot, state: 'reviewed' });
    expect((await next()).changes.reviewers).toMatchObject({
      previous: [{ state: 'unreviewed' }],
      current: [{ state: 'reviewed' }],
    });
    world.requestReview({ mergeRequest, by: alice, users: [bot] });
    expect((await next()).reviewers).toMatchObject([{ id: bot.id, state: 'unreviewed', re_requested: true }]);
    world.edit({ mergeRequest, by: alice, edit: { title: 'U' } });
    expect((await next()).reviewers).toMatchObject([{ re_requested: false }]);
    await world.commit({
      project,
      by: alice,
      branch: 'b',
      message: 'n',
      actions: [{ action: 'create', path: 'g', content: 'x' }],
    });
    expect((await next()).object_attributes).toMatchObject({ action: 'update', oldrev: mergeRequest.sha });
    expect(receiver.received).toEqual([]);
  });

  test('a pipeline tells each of its states, and its variables with them', async () => {
    const { world, project, alice, came } = await hooked({ events: ['pipeline'] });
    const variables = [{ key: 'RUN', value: '1', variableType: 'env_var' as const }];
    const pipeline = await world.createPipeline({ project, user: alice, ref: 'main', variables });
    world.finishPipeline({ pipeline, status: 'success' });
    const bodies = (await came()).map(({ body }) => body.object_attributes);
    expect(bodies.map((attributes) => attributes.status).sort()).toEqual(['pending', 'running', 'success']);
    expect(bodies[0].variables).toEqual([{ key: 'RUN', value: '1' }]);
  });

  test('a diff note says where it is', async () => {
    const { world, project, alice, api, came } = await hooked({ events: ['note'] });
    await world.commit({
      project,
      by: alice,
      branch: 'b',
      message: 'm',
      actions: [{ action: 'create', path: 'f', content: 'x' }],
    });
    const mr = await world.openMergeRequest({ project, author: alice, title: 'T', sourceBranch: 'b' });
    const { baseSha: base_sha, startSha: start_sha, headSha: head_sha } = mr.diffRefs;
    const position = { base_sha, start_sha, head_sha, position_type: 'text', new_path: 'f', new_line: 1 };
    await api(alice, 'POST', '/projects/:id/merge_requests/1/discussions', { body: 'why?', position });
    const [delivery] = await came();
    expect(delivery?.body.object_attributes).toMatchObject({
      type: 'DiffNote',
      position: { new_path: 'f', new_line: 1, head_sha },
    });
  });
});

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

test('local addresses can be refused, as GitLab does by default', async () => {
  const { alice, api } = await setUp({ refuseLocalHooks: true });
  const answer = await api(alice, 'POST', '/projects/:id/hooks', { url: 'http://127.0.0.1:1/x' });
  expect(answer.body.message).toMatch(/^Url is blocked: /);
});

test('a custom template replaces the body', async () => {
  const { world, project, alice, came } = await hooked({
    customWebhookTemplate: '{"text":"{{user.name}}: {{object_attributes.note}}"}',
  });
  const issue = world.openIssue({ project, author: alice, title: 'Bug' });
  world.comment({ issue, author: alice, body: 'say "hi"' });
  expect((await came()).map(({ body }) => body)).toContainEqual({ text: 'Alice: say "hi"' });
});
