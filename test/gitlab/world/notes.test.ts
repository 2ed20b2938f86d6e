import { expect, test } from 'vitest';
import { expectNoViolations, setUp } from '../test-support/setup.ts';

test('a reply turns a comment of its own into a thread and keeps its discussion', async () => {
  const { world, project, alice, bot, api, gitlab } = await setUp();
  const issue = world.openIssue({ project, author: alice, title: 'Bug' });
  const comment = world.comment({ issue, author: alice, body: 'look' });
  const before = await api(bot, 'GET', '/projects/:id/issues/1/discussions');
  expect(before.body[0].individual_note).toBe(true);

  const path = `/projects/:id/issues/1/discussions/${comment.discussionId}/notes`;
  const reply = await api(bot, 'POST', path, { body: 'looking' });
  expect(reply).toMatchObject({ status: 201, body: { type: 'DiscussionNote', resolvable: false } });

  const after = await api(bot, 'GET', `/projects/:id/issues/1/discussions/${comment.discussionId}`);
  expect(after.body.individual_note).toBe(false);
  expect(after.body.notes.map((note: { type: string }) => note.type)).toEqual([
    'DiscussionNote',
    'DiscussionNote',
  ]);
  expectNoViolations({ gitlab });
});

test('on a merge request a thread can be resolved, and replies do not open it again', async () => {
  const { world, project, alice, bot, api } = await setUp();
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
  const { discussionId } = world.comment({ mergeRequest, author: alice, body: 'why?', thread: true });
  const thread = `/projects/:id/merge_requests/1/discussions/${discussionId}`;
  expect((await api(bot, 'GET', '/projects/:id/merge_requests/1')).body.blocking_discussions_resolved).toBe(
    false,
  );

  expect((await api(bot, 'PUT', `${thread}?resolved=true`)).body.resolved).toBe(true);
  await api(bot, 'POST', `${thread}/notes`, { body: 'because' });
  expect((await api(bot, 'GET', thread)).body.resolved).toBe(true);
  expect((await api(bot, 'PUT', thread, { resolved: false })).body.resolved).toBe(false);
});

test('nobody replies to a system note or to a thread that is gone', async () => {
  const { world, project, alice, bot, api } = await setUp();
  const issue = world.openIssue({ project, author: alice, title: 'Bug', assignees: [bot] });
  const [system] = [...world.state.notes.values()];
  expect(system).toMatchObject({ system: true, body: 'assigned to @helper' });
  const to = (id: string) =>
    api(bot, 'POST', `/projects/:id/issues/${issue.iid}/discussions/${id}/notes`, { body: 'x' });
  expect(await to(system?.discussionId ?? '')).toMatchObject({
    status: 400,
    body: { message: '400 Bad request - Replies to system notes are not allowed.' },
  });
  expect(await to('0'.repeat(40))).toMatchObject({
    status: 404,
    body: { message: '404 Discussion Not Found' },
  });
});

test('internal notes are for Planners and up, and replies to them are internal', async () => {
  const { world, project, alice, bot, stranger, api } = await setUp();
  world.addMember({ project, user: stranger, level: 'guest' });
  const issue = world.openIssue({ project, author: alice, title: 'Bug' });
  const secret = world.comment({ issue, author: alice, body: 'between us', internal: true });
  const thread = `/projects/:id/issues/1/discussions/${secret.discussionId}/notes`;
  expect((await api(bot, 'POST', thread, { body: 'ok' })).body.internal).toBe(true);
  expect((await api(stranger, 'GET', '/projects/:id/issues/1/notes')).body).toEqual([]);
  expect((await api(stranger, 'POST', thread, { body: 'me too' })).body.message).toBe(
    '400 Bad request - Note {:base=>["Discussion to reply to cannot be found"]}',
  );
  expect(
    (await api(stranger, 'POST', '/projects/:id/issues/1/notes', { body: 'x', internal: true })).status,
  ).toBe(403);
});

test('a note is neither empty nor longer than a million characters', async () => {
  const { world, project, alice, api } = await setUp();
  world.openIssue({ project, author: alice, title: 'Bug' });
  const post = (body: string) => api(alice, 'POST', '/projects/:id/issues/1/notes', { body });
  expect((await post('  ')).body.message).toBe(`400 Bad request - Note {:note=>["can't be blank"]}`);
  expect((await post('x'.repeat(1_000_001))).body.message).toContain(
    'is too long (maximum is 1000000 characters)',
  );
  expect((await post('x'.repeat(1_000_000))).status).toBe(201);
  expect((await api(alice, 'POST', '/projects/:id/issues/1/notes', {})).body).toEqual({
    error: 'body is missing',
  });
});

test('only the author and Maintainers edit a note, and the editor is remembered', async () => {
  const { world, project, alice, bot, stranger, api } = await setUp();
  world.addMember({ project, user: stranger, level: 'developer' });
  const issue = world.openIssue({ project, author: alice, title: 'Bug' });
  const note = world.comment({ issue, author: bot, body: 'one' });
  const path = `/projects/:id/issues/1/notes/${note.id}`;
  expect((await api(stranger, 'PUT', path, { body: 'two' })).status).toBe(403);
  expect((await api(alice, 'PUT', path, { body: 'two' })).body.body).toBe('two');
  expect(world.state.notes.get(note.id)).toMatchObject({ authorId: bot.id, updatedById: alice.id });
  expect((await api(bot, 'DELETE', path)).status).toBe(204);
  expect((await api(bot, 'GET', path)).status).toBe(404);
});

test('a locked discussion is for members, an archived project for nobody', async () => {
  const { world, project, alice, bot, stranger, api } = await setUp();
  world.updateProject({ project, visibility: 'public' });
  const issue = world.openIssue({ project, author: alice, title: 'Bug' });
  const post = (who: typeof bot) => api(who, 'POST', '/projects/:id/issues/1/notes', { body: 'x' });
  expect((await post(stranger)).status).toBe(201);
  world.edit({ issue, by: alice, edit: { discussionLocked: true } });
  expect(await post(stranger)).toMatchObject({ status: 403, body: { message: '403 Forbidden' } });
  expect((await post(bot)).status).toBe(201);
  world.updateProject({ project, archived: true });
  expect((await post(bot)).status).toBe(403);
});

test('a confidential issue is not there for Guests, except for its author', async () => {
  const { world, project, alice, bot, stranger, api } = await setUp();
  world.addMember({ project, user: stranger, level: 'guest' });
  world.openIssue({ project, author: alice, title: 'Secret', confidential: true });
  world.openIssue({ project, author: stranger, title: 'Mine', confidential: true });
  expect((await api(stranger, 'GET', '/projects/:id/issues/1')).body).toEqual({ message: '404 Not found' });
  expect((await api(stranger, 'GET', '/projects/:id/issues')).body).toHaveLength(1);
  expect((await api(bot, 'GET', '/projects/:id/issues')).body).toHaveLength(2);
});
