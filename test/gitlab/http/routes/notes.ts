import { notesOf } from '../../world/lookup.ts';
import { deleteNote, editNote, post } from '../../world/notes.ts';
import { mayAdminNote, mayComment, mayReadInternalNotes, mayReadNote } from '../../world/policy.ts';
import type { Noteable } from '../../world/records-discussion.ts';
import { badRequest, forbidden } from '../../world/refusal.ts';
import { type Answer, accepted, type Call, created, type Endpoint, empty, ok, page } from '../call.ts';
import { noteEntity } from '../entities/note.ts';
import { choice, flag, requiredText } from '../input.ts';
import { noteableOf, noteOf, projectOf, userOf } from '../lookup.ts';
import { sorted } from '../sorting.ts';

/** Notes of issues or of merge requests. */
export function noteRoutes(kind: Noteable['kind'], segment: string): readonly Endpoint[] {
  const base = `/projects/:id/${segment}/:iid/notes`;
  return [
    {
      method: 'GET',
      path: base,
      anonymous: true,
      run: (call) => {
        const filter = choice(call, 'activity_filter', ['all_notes', 'only_comments', 'only_activity']);
        const notes = readable(noteableOf(call, kind), call)
          .filter((note) => filter !== 'only_comments' || !note.system)
          .filter((note) => filter !== 'only_activity' || note.system);
        return page(sorted(notes, call), (note) => noteEntity(note, call.context));
      },
    },
    {
      method: 'POST',
      path: base,
      run: (call) => {
        const on = noteableOf(call, kind);
        const internal = flag(call, 'internal') ?? flag(call, 'confidential') ?? false;
        const posted = addNote({ call, on, body: requiredText(call, 'body'), internal });
        return 'answer' in posted ? posted.answer : created(noteEntity(posted.note, call.context));
      },
    },
    {
      method: 'GET',
      path: `${base}/:note_id`,
      anonymous: true,
      run: (call) => ok(noteEntity(noteOf(call, noteableOf(call, kind)), call.context)),
    },
    { method: 'PUT', path: `${base}/:note_id`, run: (call) => changeNote(call, noteableOf(call, kind)) },
    { method: 'DELETE', path: `${base}/:note_id`, run: (call) => dropNote(call, noteableOf(call, kind)) },
  ];
}

/** The notes that the caller may read, oldest first. */
export function readable(on: Noteable, call: Call) {
  const project = projectOf(call);
  return notesOf(on, call.context.state).filter((note) =>
    mayReadNote(call.user, note, project, call.context),
  );
}

/** Posts a note for the caller; only commands make a 202 without a note. */
export function addNote(input: {
  call: Call;
  on: Noteable;
  body: string;
  internal?: boolean;
  discussionId?: string;
  thread?: boolean;
  position?: Parameters<typeof post>[0]['position'];
}): { readonly note: Parameters<typeof noteEntity>[0] } | { readonly answer: Answer } {
  const { call, on, body, internal, discussionId, thread, position } = input;
  const author = userOf(call);
  const project = projectOf(call);
  if (!mayComment(author, on, project, call.context)) throw forbidden();
  if (internal === true && !mayReadInternalNotes(author, project, call.context)) throw forbidden();
  const target = on.kind === 'issue' ? { issue: on } : { mergeRequest: on };
  const where = {
    ...(discussionId === undefined ? {} : { discussionId }),
    ...(thread === undefined ? {} : { thread }),
    ...(position === undefined ? {} : { position }),
  };
  const { note, commands } = post(
    { ...target, author, body, internal: internal ?? false, ...where },
    call.context,
  );
  if (note !== undefined) return { note };
  const summary = commands?.messages ?? [];
  if (commands?.failed === true) throw badRequest(summary.join(' '));
  return { answer: accepted({ commands_changes: commands?.changes ?? {}, summary }) };
}

/** Changes a note's text, as its author or a Maintainer. */
export function changeNote(call: Call, on: Noteable): Answer {
  const note = noteOf(call, on);
  const by = userOf(call);
  if (!mayAdminNote(by, note, projectOf(call), call.context)) throw forbidden();
  const body = requiredText(call, 'body');
  return ok(noteEntity(editNote({ note, by, body }, call.context), call.context));
}

/** Deletes a note. */
export function dropNote(call: Call, on: Noteable): Answer {
  const note = noteOf(call, on);
  if (!mayAdminNote(userOf(call), note, projectOf(call), call.context)) throw forbidden();
  deleteNote(note, call.context);
  return empty;
}
