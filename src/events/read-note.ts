import type { Person } from './event.ts';
import { mentionedAccounts } from './mention.ts';
import type { EmojiPayload, NotePayload } from './payloads.ts';
import { ignored, NO_PROJECT, quoted, type Reading } from './reading.ts';
import { isoDate, personOf, projectOf, resourceOf } from './resource.ts';

/** Of most comments. */
export const MENTIONS_NOBODY = ignored('The comment mentions nobody.');

/** A comment: a mention of those whom it names. */
export function readNote(payload: NotePayload): Reading {
  const note = payload.object_attributes;
  const resource = resourceOf(payload);
  if (resource === undefined) {
    return ignored(
      `Comments on ${quoted(note.noteable_type ?? 'something else')} cannot start an agent, only those on issues and merge requests.`,
    );
  }
  if (note.system === true) return ignored('A system note, written by GitLab itself.');
  if (note.author_id !== undefined && payload.user.id !== undefined && note.author_id !== payload.user.id) {
    return ignored("A test delivery: it names the tester as the user of somebody else's comment.");
  }
  const project = projectOf(payload.project, payload.project_id);
  if (project === undefined) return NO_PROJECT;
  const accounts = mentionedAccounts(note.note);
  if (accounts.length === 0) return MENTIONS_NOBODY;
  const isEdit = note.action === 'update';
  if (isEdit && note.updated_by_id === undefined)
    return ignored('An edited comment of which GitLab does not say who edited it.');
  const isItemConfidential = payload.issue?.confidential === true;
  const isConfidential = payload.event_type === 'confidential_note';
  return {
    kind: 'events',
    events: [
      {
        kind: 'mention',
        project,
        resource,
        actor: isEdit ? editorOf(payload) : personOf(payload.user),
        happenedAt: isoDate(isEdit ? note.updated_at : note.created_at),
        confidential: isItemConfidential || note.internal === true || isConfidential,
        input: note.note,
        note: {
          id: note.id,
          discussionId: note.discussion_id,
          ...(note.type === null ? { individual: true } : {}),
          url: note.url ?? `${resource.url}#note_${note.id}`,
          internal: note.internal === true || (isConfidential && !isItemConfidential),
          editedAt: isEdit ? (isoDate(note.updated_at) ?? '') : undefined,
        },
        accounts,
      },
    ],
  };
}

/** GitLab names the author of an edited comment as its user; who edited it is only there as an id. */
function editorOf({ user, object_attributes: { updated_by_id } }: NotePayload): Person {
  const person = personOf(user);
  if (updated_by_id === user.id) return person;
  return { id: updated_by_id, username: '', name: '' };
}

/** A reaction on an issue, a merge request or a comment on one. */
export function readEmoji(payload: EmojiPayload): Reading {
  const { name, id, created_at, action } = payload.object_attributes;
  const resource = resourceOf(payload);
  if (resource === undefined) return ignored('A reaction on something that is no issue or merge request.');
  if (action === 'revoke' || payload.event_type === 'revoke')
    return ignored('A reaction that was taken back.');
  const project = projectOf(payload.project, payload.project_id);
  if (project === undefined) return NO_PROJECT;
  return {
    kind: 'events',
    ...(payload.note?.note === undefined ? {} : { reactedTo: payload.note.note }),
    events: [
      {
        kind: 'emoji',
        project,
        resource,
        actor: personOf(payload.user),
        happenedAt: isoDate(created_at),
        confidential: payload.issue?.confidential === true || payload.note?.internal === true,
        input: payload.note?.note ?? String(resource.iid),
        action: name,
        mark: id === undefined ? (created_at ?? '') : String(id),
      },
    ],
  };
}
