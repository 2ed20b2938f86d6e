import type { WorldContext } from './context.ts';
import { findUser, getProject } from './lookup.ts';
import { mentionsIn } from './mentions.ts';
import { mayReadNote, mayReadNoteable } from './policy.ts';
import type { Note, Noteable } from './records-discussion.ts';
import type { Todo } from './records-people.ts';
import { nextId, type State } from './state.ts';
import { atLeast } from './version.ts';

/**
 * Makes a To-Do item; nobody gets one for what they did themselves, nor a second one beside one that is pending: since
 * 17.8 of the same action, and then as many as there are mentions.
 */
export function addTodo(
  input: { userId: number; authorId: number; action: Todo['action']; on: Noteable; note?: Note },
  { state, now, version }: WorldContext,
): void {
  if (input.userId === input.authorId) return;
  const isMention = input.action === 'mentioned' || input.action === 'directly_addressed';
  const several = atLeast(version, 17, 8);
  const isTold = pendingOn(input, state).some((todo) => !several || todo.action === input.action);
  if (isTold && !(several && isMention)) return;
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

/** To-Do items for those whom a text mentions, and did not before, and who may read it. */
export function mentionTodos(
  input: { text: string; before?: string | null; authorId: number; on: Noteable; note?: Note },
  context: WorldContext,
): void {
  const project = getProject(input.on.projectId, context.state);
  const known = new Set(mentionsIn(input.before ?? '').map(({ name }) => name));
  for (const { name, direct } of mentionsIn(input.text)) {
    if (known.has(name)) continue;
    const user = findUser(name, context.state);
    if (user === undefined || !mayReadNoteable(user, input.on, project, context)) continue;
    if (input.note !== undefined && !mayReadNote(user, input.note, project, context)) continue;
    const action = direct ? 'directly_addressed' : 'mentioned';
    addTodo({ userId: user.id, authorId: input.authorId, action, on: input.on, ...noteOf(input) }, context);
  }
}

/**
 * Ticks a user's items of an issue or merge request off, as GitLab does once the user acts there. A comment in a
 * thread does it for those about a comment of the thread only.
 */
export function finishTodos(
  input: { userId: number; on: Noteable; discussionId?: string },
  { state, now }: WorldContext,
): void {
  for (const todo of pendingOn(input, state)) {
    const note = todo.noteId === null ? undefined : state.notes.get(todo.noteId);
    if (input.discussionId !== undefined && note?.discussionId !== input.discussionId) continue;
    state.todos.set(todo.id, { ...todo, state: 'done', updatedAt: now() });
  }
}

function pendingOn({ userId, on }: { userId: number; on: Noteable }, state: State): readonly Todo[] {
  return [...state.todos.values()].filter(
    ({ target, ...todo }) =>
      todo.userId === userId && todo.state === 'pending' && target.kind === on.kind && target.id === on.id,
  );
}

function noteOf(input: { note?: Note }): { note?: Note } {
  return input.note === undefined ? {} : { note: input.note };
}
