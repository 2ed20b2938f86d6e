import { expect, test } from 'vitest';
import { expectNoViolations, setUp } from '../test-support/setup.ts';

const branches = '/projects/:id/repository/branches';
const create = { action: 'create', path: 'src/a.txt', content: 'a\n' } as const;

test('branches: made, listed, refused and deleted', async () => {
  const { alice, bot, stranger, api, world, project, gitlab } = await setUp();
  const make = (branch: string, ref = 'main', who = bot) => api(who, 'POST', branches, { branch, ref });
  expect(await make('workloads/1')).toMatchObject({
    status: 201,
    body: { name: 'workloads/1', protected: false, can_push: true },
  });
  expect((await make('workloads/1')).body).toEqual({ message: 'Branch already exists' });
  expect((await make('bad..name')).body).toEqual({ message: 'Branch name is invalid' });
  expect((await make('x', 'nowhere')).body.message).toBe(
    "Failed to create branch 'x': invalid reference name 'nowhere'",
  );
  expect((await make('workloads')).body.message).toMatch(/conflicts with existing branch hierarchy/);
  expect((await make('y', '')).body.message).toBe('Ref is missing');
  world.addMember({ project, user: stranger, level: 'reporter' });
  expect((await make('z', 'main', stranger)).status).toBe(403);
  world.updateProject({
    project,
    protectedBranches: [{ name: 'workloads/*', pushLevel: 40, mergeLevel: 40 }],
  });
  expect((await make('workloads/2')).status).toBe(400);

  expect((await api(bot, 'GET', `${branches}?search=^work`)).body).toHaveLength(1);
  expect((await api(bot, 'GET', `${branches}/gone`)).body).toEqual({ message: '404 Branch Not Found' });
  expect((await api(alice, 'DELETE', `${branches}/workloads%2F1`)).status).toBe(405);
  world.updateProject({ project, protectedBranches: [] });
  expect((await api(bot, 'DELETE', `${branches}/workloads%2F1`)).status).toBe(204);
  expect((await api(bot, 'DELETE', `${branches}/workloads%2F1`)).status).toBe(404);
  expect((await api(alice, 'DELETE', `${branches}/main`)).body.message).toBe('Cannot remove HEAD branch');
  expectNoViolations({ gitlab });
});

test('commits, files and what lies between two refs', async () => {
  const { bot, api, gitlab } = await setUp();
  const commits = '/projects/:id/repository/commits';
  const made = await api(bot, 'POST', commits, {
    branch: 'topic',
    start_branch: 'main',
    commit_message: 'Add a',
    author_email: 'x@example.com',
    actions: [
      {
        action: 'create',
        file_path: 'src/a.txt',
        content: Buffer.from('a\n').toString('base64'),
        encoding: 'base64',
      },
      { action: 'update', file_path: 'README.md', content: 'one\nthree\n' },
    ],
  });
  expect(made).toMatchObject({ status: 201, body: { title: 'Add a', author_email: 'x@example.com' } });
  const again = {
    branch: 'topic',
    commit_message: 'm',
    actions: [{ action: 'create', file_path: 'src/a.txt', content: '' }],
  };
  expect((await api(bot, 'POST', commits, again)).body.message).toBe('A file with this name already exists');
  expect((await api(bot, 'POST', commits, { ...again, branch: 'main' })).status).toBe(403);

  expect((await api(bot, 'GET', '/projects/:id/repository/files/src%2Fa.txt/raw?ref=topic')).body).toBe(
    'a\n',
  );
  expect((await api(bot, 'GET', '/projects/:id/repository/files/src%2Fa.txt/raw')).body.message).toBe(
    '404 File Not Found',
  );
  const tree = (await api(bot, 'GET', '/projects/:id/repository/tree?ref=topic')).body;
  expect(tree.map((entry: { type: string; path: string }) => `${entry.type} ${entry.path}`)).toEqual([
    'tree src',
    'blob .gitlab-ci.yml',
    'blob README.md',
  ]);
  const compare = (await api(bot, 'GET', '/projects/:id/repository/compare?from=main&to=topic')).body;
  expect(compare.commits).toHaveLength(1);
  expect(compare.diffs.map((diff: { diff: string }) => diff.diff)).toEqual([
    '@@ -1,2 +1,2 @@\n one\n-two\n+three\n',
    '@@ -0,0 +1 @@\n+a\n',
  ]);
  const put = { branch: 'topic', content: 'b', commit_message: 'm' };
  expect((await api(bot, 'PUT', '/projects/:id/repository/files/src%2Fa.txt', put)).body).toEqual({
    file_path: 'src/a.txt',
    branch: 'topic',
  });
  expect((await api(bot, 'GET', `${commits}?ref_name=topic`)).body).toHaveLength(3);
  expectNoViolations({ gitlab });
});

test('merge requests: opened once, followed by pushes, found, changed and merged', async () => {
  const { world, project, alice, bot, api, gitlab } = await setUp();
  const mrs = '/projects/:id/merge_requests';
  await world.commit({ project, by: bot, branch: 'topic', message: 'Add a', actions: [create] });
  const input = {
    source_branch: 'topic',
    target_branch: 'main',
    title: 'Draft: A',
    reviewer_ids: [alice.id],
  };
  const opened = await api(bot, 'POST', mrs, input);
  expect(opened).toMatchObject({
    status: 201,
    body: { iid: 1, draft: true, changes_count: '1', reviewers: [{ username: 'alice' }] },
  });
  expect(await api(bot, 'POST', mrs, input)).toMatchObject({
    status: 409,
    body: { message: ['Another open merge request already exists for this source branch: !1'] },
  });
  expect((await api(bot, 'POST', mrs, { ...input, source_branch: 'gone' })).status).toBe(400);

  const sha = await world.commit({
    project,
    by: bot,
    branch: 'topic',
    message: 'More',
    actions: [{ ...create, path: 'b' }],
  });
  const found = (await api(bot, 'GET', `${mrs}?source_branch=topic&state=opened`)).body;
  expect(found).toMatchObject([{ iid: 1, sha }]);
  const changes = (await api(bot, 'GET', `${mrs}/1/changes`)).body.changes;
  expect(changes.map((change: { new_path: string }) => change.new_path)).toEqual(['b', 'src/a.txt']);
  expect((await api(bot, 'GET', `${mrs}/1/commits`)).body).toHaveLength(2);
  expect((await api(bot, 'GET', `${mrs}/1/diffs?per_page=1`)).body).toHaveLength(1);
  expect((await api(bot, 'GET', `${mrs}/1/raw_diffs`)).body).toContain(
    '--- /dev/null\n+++ b/src/a.txt\n@@ -0,0 +1 @@\n+a\n',
  );

  expect((await api(alice, 'PUT', `${mrs}/1/merge`)).status).toBe(405);
  expect((await api(alice, 'PUT', `${mrs}/1`, { title: 'A', assignee_ids: [bot.id] })).body).toMatchObject({
    draft: false,
    assignee: { username: 'helper' },
  });
  expect((await api(bot, 'PUT', `${mrs}/1/merge`)).status).toBe(401);
  expect((await api(alice, 'PUT', `${mrs}/1/merge`)).body).toMatchObject({
    state: 'merged',
    merged_by: { username: 'alice' },
  });
  expect((await api(bot, 'GET', '/projects/:id/repository/files/b/raw')).body).toBe('a\n');
  expectNoViolations({ gitlab });
});

test('a merge request from a fork shows what the fork changed', async () => {
  const { world, project, stranger, alice, api, gitlab } = await setUp();
  world.updateProject({ project, visibility: 'public' });
  const fork = await world.addProject({ path: 'stranger/app', forkedFrom: project, visibility: 'public' });
  const other = await world.addProject({ path: 'stranger/other' });
  for (const at of [fork, other]) world.addMember({ project: at, user: stranger, level: 'owner' });
  await world.commit({ project: fork, by: stranger, branch: 'topic', message: 'm', actions: [create] });
  const input = { source_branch: 'topic', target_branch: 'main', title: 'A', target_project_id: project.id };
  expect((await api(stranger, 'POST', `/projects/${other.id}/merge_requests`, input)).status).toBe(422);
  const opened = await api(stranger, 'POST', `/projects/${fork.id}/merge_requests`, input);
  expect(opened.body).toMatchObject({ project_id: project.id, source_project_id: fork.id, iid: 1 });
  const changes = (await api(alice, 'GET', '/projects/:id/merge_requests/1/changes')).body.changes;
  expect(changes).toMatchObject([{ new_path: 'src/a.txt', new_file: true }]);
  expectNoViolations({ gitlab });
});

test('an emoji is given once', async () => {
  const { world, project, alice, bot, api, gitlab } = await setUp();
  const issue = world.openIssue({ project, author: alice, title: 'Bug' });
  const note = world.comment({ issue, author: alice, body: 'x' });
  const path = `/projects/:id/issues/1/notes/${note.id}/award_emoji`;
  const given = await api(bot, 'POST', `${path}?name=eyes`);
  expect(given).toMatchObject({
    status: 201,
    body: { name: 'eyes', awardable_type: 'Note', awardable_id: note.id },
  });
  expect(await api(bot, 'POST', `${path}?name=eyes`)).toMatchObject({
    status: 404,
    body: { message: '404 Award Emoji ["Name has already been taken"] Not Found' },
  });
  expect((await api(alice, 'POST', `${path}?name=eyes`)).status).toBe(201);
  expect((await api(bot, 'DELETE', `${path}/${given.body.id}`)).status).toBe(204);
  expect((await api(bot, 'GET', path)).body).toHaveLength(1);
  expect((await api(bot, 'POST', '/projects/:id/issues/1/award_emoji?name=tada')).status).toBe(201);
  expectNoViolations({ gitlab });
});

test('a commit whose actions follow one another, over what a branch held', async () => {
  const { bot, api, gitlab } = await setUp();
  const commits = '/projects/:id/repository/commits';
  const commit = (actions: readonly object[], more: object = {}) =>
    api(bot, 'POST', commits, {
      branch: 'topic',
      start_branch: 'main',
      commit_message: 'm',
      actions,
      ...more,
    });
  const move = { action: 'move', previous_path: 'README.md', file_path: 'docs/README.md' };
  const anew = { action: 'create', file_path: 'README.md', content: 'new\n' };
  const other = { action: 'create', file_path: 'src/a.txt', content: 'a\n' };
  expect((await commit([anew])).body.message).toBe('A file with this name already exists');
  expect((await commit([move, anew])).status).toBe(201);
  const read = async (path: string) =>
    (await api(bot, 'GET', `/projects/:id/repository/files/${encodeURIComponent(path)}/raw?ref=topic`)).body;
  expect([await read('docs/README.md'), await read('README.md')]).toEqual(['one\ntwo\n', 'new\n']);

  expect((await commit([other])).body.message).toMatch(/^A branch called 'topic' already exists/);
  expect(await commit([other], { force: true })).toMatchObject({ status: 201 });
  const compare = (await api(bot, 'GET', '/projects/:id/repository/compare?from=main&to=topic')).body;
  expect(compare.commits).toHaveLength(1);
  expect(compare.diffs.map((diff: { new_path: string }) => diff.new_path)).toEqual(['src/a.txt']);
  expectNoViolations({ gitlab });
});
