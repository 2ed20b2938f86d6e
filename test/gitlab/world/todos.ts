import type { WorldContext } from './context.ts';
import { findUser, getProject } from './lookup.ts';
import { mentionsIn } from './mentions.ts';
import { mayReadNote, mayReadNoteable } from './policy.ts';
import type { Note, Noteable } from './records-discussion.ts';
import type { Todo } from './records-people.ts';
import { nextId } from './state.ts';

/** Makes a To-Do item; nobody gets one for what they did themselves. */
export function addTodo(
  input: { userId: number; authorId: number; action: Todo['action']; on: Noteable; note?: Note },
  { state, now }: WorldContext,
): void {
  if (input.userId === input.authorId) return;
  const todo: Todo = {
    id: nextId(state, 'todos'),
    userId: input.userId,
    authorId: input.authorId,
    projectId: input.on.projectId,
    action: input.action,
    target: { kind: input.on.kind, id: input.on.id },
    noteId: input.note?.id ?? null,
    body: input.note?.body ?? input.on.title,
    state: 'pending',
    createdAt: now(),
    updatedAt: now(),
  };
  state.todos.set(todo.id, todo);
}

/** To-Do items for those whom a text mentions and who may read it. */
export function mentionTodos(
  input: { text: string; authorId: number; on: Noteable; note?: Note },
  context: WorldContext,
): void {
  const project = getProject(input.on.projectId, context.state);
  for (const { name, direct } of mentionsIn(input.text)) {
    const user = findUser(name, context.state);
    if (user === undefined || !mayReadNoteable(user, input.on, project, context)) continue;
    if (input.note !== undefined && !mayReadNote(user, input.note, project, context)) continue;
    const action = direct ? 'directly_addressed' : 'mentioned';
    addTodo({ userId: user.id, authorId: input.authorId, action, on: input.on, ...noteOf(input) }, context);
  }
}

/** Ticks a user's items of an issue or merge request off, as GitLab does once the user acts there. */
export function finishTodos(input: { userId: number; on: Noteable }, { state, now }: WorldContext): void {
  for (const todo of state.todos.values()) {
    const same = todo.target.kind === input.on.kind && todo.target.id === input.on.id;
    if (same && todo.userId === input.userId && todo.state === 'pending')
      state.todos.set(todo.id, { ...todo, state: 'done', updatedAt: now() });
  }
}

function noteOf(input: { note?: Note }): { note?: Note } {
  return input.note === undefined ? {} : { note: input.note };
}
