import type { WorldContext } from './context.ts';
import { resolveTarget, type Target } from './issues.ts';
import { getNoteable, getProject, getUser, must, notesOf, type UserRef } from './lookup.ts';
import { newNote, saveNoteable } from './note-records.ts';
import { mayReadNote } from './policy.ts';
import { splitQuickActions } from './quick-actions.ts';
import type { Issue, Note, Noteable, Position } from './records-discussion.ts';
import { badRequest, forbidden, notFound } from './refusal.ts';
import { type CommandResult, runQuickActions } from './run-quick-actions.ts';
import { finishTodos, mentionTodos } from './todos.ts';

export type NewNote = Target & {
  readonly author: UserRef;
  readonly body: string;
  /** Replies there; a comment of its own becomes a thread by that. */
  readonly discussionId?: string;
  /** Starts a thread of its own (what `POST …/discussions` does). */
  readonly thread?: boolean;
  readonly internal?: boolean;
  /** Makes it a diff note. */
  readonly position?: Position;
};

/** At most so many characters in a note. */
const maxNoteLength = 1_000_000;
/** At most so many notes on one item. */
const maxNotes = 5000;

/**
 * Posts a comment. Commands in it are run and taken out; where nothing else is left there is no note.
 * @throws Refusal where the thread is gone, is a system note's, or the text is empty or too long.
 */
export function post(
  input: NewNote,
  context: WorldContext,
): { readonly note: Note | undefined; readonly commands: CommandResult | undefined } {
  const { state } = context;
  const on = resolveTarget(input, state);
  const author = getUser(input.author, state);
  const first =
    input.discussionId === undefined ? undefined : threadStart(input.discussionId, on, author.id, context);
  if (input.body.trim() === '') throw noteFault('note', "can't be blank");
  if (input.body.length > maxNoteLength)
    throw noteFault('note', `is too long (maximum is ${maxNoteLength} characters)`);
  if (notesOf(on, state).length >= maxNotes) throw noteFault('base', 'Maximum number of comments exceeded');

  const { text, actions } = splitQuickActions(input.body);
  const note =
    text === '' ? undefined : store({ ...input, on, authorId: author.id, body: text, first }, context);
  if (note !== undefined) {
    saveNoteable({ ...on, updatedAt: context.now() }, context);
    finishTodos({ userId: author.id, on, ...threadOf(note) }, context);
    mentionTodos({ text, authorId: author.id, on, note }, context);
    context.emit({ type: 'note', action: 'create', note });
  }
  if (actions.length === 0) return { note, commands: undefined };
  return {
    note,
    commands: runQuickActions({ on: resolveTarget(input, state), by: author, actions }, context),
  };
}

/** Posts a comment that is more than commands, and answers the note. */
export function comment(input: NewNote, context: WorldContext): Note {
  return must(post(input, context).note, 'note: the comment had only commands, use post for that');
}

/** The thread that a comment is in; one that stands by itself is in none. */
function threadOf({ type, discussionId }: Note): { discussionId?: string } {
  return type === null ? {} : { discussionId };
}

function threadStart(discussionId: string, on: Noteable, authorId: number, context: WorldContext): Note {
  const { state } = context;
  const first = notesOf(on, state).find((note) => note.discussionId === discussionId);
  if (first === undefined) throw notFound('Discussion');
  if (first.system) throw badRequest('Replies to system notes are not allowed.');
  if (!mayReadNote(state.users.get(authorId), first, getProject(on.projectId, state), context))
    throw noteFault('base', 'Discussion to reply to cannot be found');
  return first;
}

function store(
  input: NewNote & { on: Noteable; authorId: number; body: string; first: Note | undefined },
  context: WorldContext,
): Note {
  const { first, on, authorId, body } = input;
  if (first === undefined) {
    const type = input.position !== undefined ? 'DiffNote' : input.thread === true ? 'DiscussionNote' : null;
    const position = input.position ?? null;
    return newNote({ on, authorId, body, type, position, internal: input.internal ?? false }, context);
  }
  if (first.type === null) context.state.notes.set(first.id, { ...first, type: 'DiscussionNote' });
  return newNote(
    {
      on,
      authorId,
      body,
      discussionId: first.discussionId,
      type: first.type ?? 'DiscussionNote',
      position: first.position,
      internal: first.internal,
      // A reply does not open a resolved thread again.
      ...(first.resolvedAt === null ? {} : { resolvedById: authorId, resolvedAt: context.now() }),
    },
    context,
  );
}

/** Changes the text of a note. Webhooks name its author as `user`, whoever edited it. */
export function editNote(
  input: { note: Pick<Note, 'id'>; by: UserRef; body: string },
  context: WorldContext,
): Note {
  const { state, now } = context;
  const previous = must(state.notes.get(input.note.id), `note ${input.note.id}`);
  if (input.body.trim() === '') throw noteFault('note', "can't be blank");
  if (input.body.length > maxNoteLength)
    throw noteFault('note', `is too long (maximum is ${maxNoteLength} characters)`);
  if (input.body === previous.body) return previous;
  const by = getUser(input.by, state);
  const note: Note = { ...previous, body: input.body, updatedAt: now(), updatedById: by.id };
  state.notes.set(note.id, note);
  const on = getNoteable(note.noteable, state);
  finishTodos({ userId: by.id, on, ...threadOf(note) }, context);
  mentionTodos({ text: note.body, before: previous.body, authorId: by.id, on, note }, context);
  context.emit({ type: 'note', action: 'update', note });
  return note;
}

/** Deletes a note; no webhook tells of that. */
export function deleteNote(note: Pick<Note, 'id'>, { state }: WorldContext): void {
  state.notes.delete(note.id);
  for (const award of state.awards.values())
    if (award.awardable.kind === 'note' && award.awardable.id === note.id) state.awards.delete(award.id);
}

/** Deletes an issue with its notes; no webhook tells of that. */
export function deleteIssue(issue: Pick<Issue, 'id'>, context: WorldContext): void {
  for (const note of notesOf({ kind: 'issue', id: issue.id }, context.state)) deleteNote(note, context);
  context.state.issues.delete(issue.id);
}

/** Whether a note can be resolved: thread notes on merge requests can. */
export function isResolvable(note: Note): boolean {
  return note.noteable.kind === 'merge_request' && note.type !== null && !note.system;
}

/** Resolves a thread or opens it again. */
export function resolveDiscussion(
  input: { discussionId: string; by: UserRef; resolved: boolean },
  { state, now }: WorldContext,
): void {
  const by = getUser(input.by, state);
  const notes = [...state.notes.values()].filter((note) => note.discussionId === input.discussionId);
  if (!notes.some(isResolvable)) throw forbidden();
  for (const note of notes.filter(isResolvable)) {
    if (input.resolved && note.resolvedAt !== null) continue;
    const resolvedById = input.resolved ? by.id : null;
    state.notes.set(note.id, { ...note, resolvedById, resolvedAt: input.resolved ? now() : null });
  }
}

function noteFault(field: string, text: string) {
  return badRequest(`Note {:${field}=>[${JSON.stringify(text)}]}`);
}
