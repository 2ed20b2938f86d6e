import { describe, expect, test } from 'vitest';
import { hooked } from '../test-support/hooked.ts';
import { startReceiver } from '../test-support/receiver.ts';

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

  test('an edit that changes nothing is told to nobody', async () => {
    const { world, project, alice, came } = await hooked();
    const issue = world.openIssue({ project, author: alice, title: 'Bug' });
    world.edit({ issue, by: alice, edit: { title: 'Bug', assigneeIds: [] } });
    world.reopen({ issue, by: alice });
    expect(await came()).toHaveLength(1);
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

test('a custom template replaces the body', async () => {
  const { world, project, alice, came } = await hooked({
    customWebhookTemplate: '{"text":"{{user.name}}: {{object_attributes.note}}"}',
  });
  const issue = world.openIssue({ project, author: alice, title: 'Bug' });
  world.comment({ issue, author: alice, body: 'say "hi"' });
  expect((await came()).map(({ body }) => body)).toContainEqual({ text: 'Alice: say "hi"' });
});
