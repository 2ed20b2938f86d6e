import { accessLevel } from '../../world/access.ts';
import { levels } from '../../world/levels.ts';
import { resolveDiscussion } from '../../world/notes.ts';
import type { Note, Noteable, Position } from '../../world/records-discussion.ts';
import { badRequest, forbidden, notFound } from '../../world/refusal.ts';
import { type Call, created, type Endpoint, ok, page } from '../call.ts';
import { discussionEntity, noteEntity } from '../entities/note.ts';
import { flag, InvalidParameter, integer, requiredText, text } from '../input.ts';
import { noteableOf, projectOf, userOf } from '../lookup.ts';
import { addNote, changeNote, dropNote, readable } from './notes.ts';

/** Discussions of issues or of merge requests. */
export function discussionRoutes(kind: Noteable['kind'], segment: string): readonly Endpoint[] {
  const base = `/projects/:id/${segment}/:iid/discussions`;
  const one = `${base}/:discussion_id`;
  const routes: Endpoint[] = [
    {
      method: 'GET',
      path: base,
      anonymous: true,
      run: (call) => {
        const threads = new Map<string, Note[]>();
        for (const note of readable(noteableOf(call, kind), call))
          threads.set(note.discussionId, [...(threads.get(note.discussionId) ?? []), note]);
        return page([...threads.values()], (notes) => discussionEntity(notes, call.context));
      },
    },
    {
      method: 'POST',
      path: base,
      run: (call) => {
        const on = noteableOf(call, kind);
        const body = requiredText(call, 'body');
        const position = kind === 'merge_request' ? positionOf(call) : undefined;
        const place = position === undefined ? {} : { position };
        const posted = addNote({ call, on, body, thread: true, ...place });
        return 'answer' in posted ? posted.answer : created(discussionEntity([posted.note], call.context));
      },
    },
    {
      method: 'GET',
      path: one,
      anonymous: true,
      run: (call) => ok(discussionEntity(threadOf(call, kind), call.context)),
    },
    {
      method: 'GET',
      path: `${one}/notes`,
      anonymous: true,
      run: (call) => page(threadOf(call, kind), (note) => noteEntity(note, call.context)),
    },
    {
      method: 'POST',
      path: `${one}/notes`,
      run: (call) => {
        const on = noteableOf(call, kind);
        const body = requiredText(call, 'body');
        const posted = addNote({ call, on, body, discussionId: call.params.discussion_id ?? '' });
        return 'answer' in posted ? posted.answer : created(noteEntity(posted.note, call.context));
      },
    },
    { method: 'PUT', path: `${one}/notes/:note_id`, run: (call) => changeThreadNote(call, kind) },
    {
      method: 'GET',
      path: `${one}/notes/:note_id`,
      anonymous: true,
      run: (call) => ok(noteEntity(noteInThread(call, kind), call.context)),
    },
    {
      method: 'DELETE',
      path: `${one}/notes/:note_id`,
      run: (call) => {
        noteInThread(call, kind);
        return dropNote(call, noteableOf(call, kind));
      },
    },
  ];
  if (kind === 'merge_request') routes.push({ method: 'PUT', path: one, run: (call) => resolve(call, kind) });
  return routes;
}

function threadOf(call: Call, kind: Noteable['kind']): readonly Note[] {
  const id = call.params.discussion_id;
  const notes = readable(noteableOf(call, kind), call).filter((note) => note.discussionId === id);
  if (notes.length === 0) throw notFound('Discussion');
  return notes;
}

function noteInThread(call: Call, kind: Noteable['kind']): Note {
  const note = threadOf(call, kind).find(({ id }) => id === Number(call.params.note_id));
  if (note === undefined) throw notFound('Note');
  return note;
}

function changeThreadNote(call: Call, kind: Noteable['kind']) {
  const note = noteInThread(call, kind);
  const resolved = flag(call, 'resolved');
  if (text(call, 'body') !== undefined) return changeNote(call, noteableOf(call, kind));
  if (resolved === undefined)
    throw new InvalidParameter('body, resolved are missing, exactly one parameter must be provided');
  resolve(call, kind);
  return ok(noteEntity(call.context.state.notes.get(note.id) ?? note, call.context));
}

function resolve(call: Call, kind: Noteable['kind']) {
  const on = noteableOf(call, kind);
  const [first] = threadOf(call, kind);
  const by = userOf(call);
  const resolved = flag(call, 'resolved');
  if (resolved === undefined) throw new InvalidParameter('resolved is missing');
  const may = on.authorId === by.id || accessLevel(by, projectOf(call), call.context) >= levels.developer;
  if (!may || first === undefined || projectOf(call).archived) throw forbidden();
  resolveDiscussion({ discussionId: first.discussionId, by, resolved }, call.context);
  return ok(discussionEntity(threadOf(call, kind), call.context));
}

/** The `position` of a diff note; GitLab wants the three shas and the kind of place. */
function positionOf(call: Call): Position | undefined {
  const raw = call.input.position;
  if (raw === undefined || raw === null) return undefined;
  if (typeof raw !== 'object') throw new InvalidParameter('position is invalid');
  const place = { input: raw as Record<string, unknown> };
  for (const name of ['base_sha', 'start_sha', 'head_sha', 'position_type'])
    if (text(place, name) === undefined) throw new InvalidParameter(`position[${name}] is missing`);
  const position: Position = {
    baseSha: requiredText(place, 'base_sha'),
    startSha: requiredText(place, 'start_sha'),
    headSha: requiredText(place, 'head_sha'),
    positionType: 'text',
    oldPath: text(place, 'old_path') ?? text(place, 'new_path') ?? null,
    newPath: text(place, 'new_path') ?? text(place, 'old_path') ?? null,
    oldLine: integer(place, 'old_line') ?? null,
    newLine: integer(place, 'new_line') ?? null,
  };
  if (position.oldLine === null && position.newLine === null)
    throw badRequest('Note {:line_code=>["can\'t be blank", "must be a valid line code"]}');
  return position;
}
