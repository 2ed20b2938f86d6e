import { createHash, randomBytes } from 'node:crypto';
import type { WorldContext } from './context.ts';
import type { Note, Noteable } from './records-discussion.ts';
import { nextId } from './state.ts';

/** Stores an issue or merge request over its earlier version. */
export function saveNoteable<T extends Noteable>(noteable: T, { state }: Pick<WorldContext, 'state'>): T {
  if (noteable.kind === 'issue') state.issues.set(noteable.id, noteable);
  else state.mergeRequests.set(noteable.id, noteable);
  return noteable;
}

/** Stores a new note; a discussion of its own where none is given. */
export function newNote(
  input: { on: Noteable; authorId: number; body: string } & Partial<
    Pick<Note, 'discussionId' | 'type' | 'internal' | 'system' | 'position' | 'resolvedById' | 'resolvedAt'>
  >,
  { state, now }: WorldContext,
): Note {
  const note: Note = {
    id: nextId(state, 'notes'),
    discussionId: input.discussionId ?? createHash('sha1').update(randomBytes(16)).digest('hex'),
    noteable: { kind: input.on.kind, id: input.on.id },
    projectId: input.on.projectId,
    type: input.type ?? null,
    body: input.body,
    authorId: input.authorId,
    internal: input.internal ?? false,
    system: input.system ?? false,
    position: input.position ?? null,
    resolvedById: input.resolvedById ?? null,
    resolvedAt: input.resolvedAt ?? null,
    createdAt: now(),
    updatedAt: now(),
    updatedById: null,
  };
  state.notes.set(note.id, note);
  return note;
}

/** Notes down what happened, in GitLab's words; such notes fire no webhook. */
export function systemNote(
  input: { on: Noteable; authorId: number; body: string },
  context: WorldContext,
): void {
  newNote({ ...input, system: true }, context);
}
