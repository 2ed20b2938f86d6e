import { expect, it } from 'vitest';
import { connect } from './connect.ts';

it('reads the To-Do items that call on the account, oldest first, in one request where there are few', async () => {
  const { standIn, world, project, todos, requests } = await connect();
  const issue = world.openIssue({ project, author: 'mallory', title: 'Basket', assignees: ['claude-bot'] });
  const note = world.comment({ issue, author: 'mallory', body: '@claude-bot please' });
  world.post({ issue, author: 'claude-bot', body: '/todo' });
  const { todos: found, complete } = await todos.pendingTodos();
  expect(complete).toBe(true);
  expect(found).toMatchObject([
    { action: 'assigned', projectPath: 'acme/shop', noteId: undefined, author: { username: 'mallory' } },
    { action: 'directly_addressed', noteId: note.id, item: { type: 'issue', iid: issue.iid } },
  ]);
  expect(requests).toEqual(['GET todos']);
  await todos.finishTodo(found[0]?.id ?? 0);
  await todos.finishTodo(12_345_678);
  expect((await todos.pendingTodos()).todos.map(({ action }) => action)).toEqual(['directly_addressed']);
  expect(standIn.violations).toEqual([]);
});

it('reads all pages, up to 2,000 To-Do items, and says where there are more', async () => {
  const { world, project, todos, requests } = await connect();
  const ask = (count: number) => {
    for (let index = 0; index < count; index += 1) {
      world.openIssue({ project, author: 'mallory', title: 'Bug', assignees: ['claude-bot'] });
    }
  };
  ask(101);
  const few = await todos.pendingTodos();
  expect([few.todos.length, few.complete, requests.length]).toEqual([101, true, 2]);
  ask(1_900);
  const many = await todos.pendingTodos();
  expect([many.todos.length, many.complete]).toEqual([2_000, false]);
  expect(many.todos[0]?.item.iid).toBe(2);
}, 60_000);

it('reads all comments of an item with their threads, but those of GitLab itself', async () => {
  const { world, project, todos } = await connect();
  const issue = world.openIssue({ project, author: 'mallory', title: 'Basket', assignees: ['claude-bot'] });
  const notes = Array.from({ length: 120 }, (_, index) =>
    world.comment({ issue, author: 'mallory', body: `number ${index}`, internal: index === 119 }),
  );
  const comments = await todos.comments(project.id, { type: 'issue', iid: issue.iid });
  expect(comments.map(({ id, discussionId }) => [id, discussionId])).toEqual(
    notes.map(({ id, discussionId }) => [id, discussionId]),
  );
  expect(comments.at(-1)).toMatchObject({ internal: true, author: { username: 'mallory' } });
  await expect(todos.comments(project.id, { type: 'issue', iid: 99 })).rejects.toMatchObject({
    kind: 'gone',
  });
}, 60_000);
