import type { WorldContext } from '../../world/context.ts';
import { getNoteable, must } from '../../world/lookup.ts';
import { isResolvable } from '../../world/notes.ts';
import type { Award, Note, Position } from '../../world/records-discussion.ts';
import { noteableUrl, noteUrl } from '../../world/urls.ts';
import { userById } from './user.ts';

type Known = Pick<WorldContext, 'state' | 'url'>;

export function noteEntity(note: Note, known: Known) {
  const noteable = getNoteable(note.noteable, known.state);
  const resolvable = isResolvable(note);
  return {
    id: note.id,
    type: note.type,
    body: note.body,
    author: userById(note.authorId, known),
    created_at: note.createdAt.toISOString(),
    updated_at: note.updatedAt.toISOString(),
    system: note.system,
    noteable_id: noteable.id,
    noteable_type: noteable.kind === 'issue' ? 'Issue' : 'MergeRequest',
    project_id: note.projectId,
    ...(note.position === null ? {} : { commit_id: null, position: positionEntity(note.position) }),
    resolvable,
    ...(resolvable
      ? {
          resolved: note.resolvedAt !== null,
          resolved_by: userById(note.resolvedById, known),
          resolved_at: note.resolvedAt?.toISOString() ?? null,
        }
      : {}),
    suggestions: [],
    confidential: note.internal,
    internal: note.internal,
    imported: false,
    imported_from: 'none',
    noteable_iid: noteable.iid,
    commands_changes: {},
  };
}

/** A comment in the list of what its author has done. */
export function noteEvent(note: Note, known: Known) {
  const noteable = getNoteable(note.noteable, known.state);
  const author = userById(note.authorId, known);
  return {
    id: note.id,
    project_id: note.projectId,
    action_name: 'commented on',
    target_id: note.id,
    target_iid: note.id,
    target_type: note.type ?? 'Note',
    author_id: note.authorId,
    target_title: noteable.title,
    created_at: note.createdAt.toISOString(),
    note: noteEntity(note, known),
    author,
    imported: false,
    imported_from: 'none',
    author_username: author?.username,
  };
}

/** A discussion from its notes, oldest first. */
export function discussionEntity(notes: readonly Note[], known: Known) {
  const first = must(notes[0], 'note in the discussion');
  const resolvable = notes.some(isResolvable);
  return {
    id: first.discussionId,
    individual_note: first.type === null,
    ...(resolvable
      ? { resolvable, resolved: notes.filter(isResolvable).every((note) => note.resolvedAt !== null) }
      : {}),
    notes: notes.map((note) => noteEntity(note, known)),
  };
}

export function positionEntity(position: Position) {
  return {
    base_sha: position.baseSha,
    start_sha: position.startSha,
    head_sha: position.headSha,
    old_path: position.oldPath,
    new_path: position.newPath,
    position_type: position.positionType,
    old_line: position.oldLine,
    new_line: position.newLine,
    line_range: null,
  };
}

export function awardEntity(award: Award, known: Known) {
  const { awardable } = award;
  return {
    id: award.id,
    name: award.name,
    user: userById(award.userId, known),
    created_at: award.createdAt.toISOString(),
    updated_at: award.createdAt.toISOString(),
    awardable_id: awardable.id,
    awardable_type: awardableType(awardable.kind),
    url: null,
  };
}

/** GitLab's class names. */
export function awardableType(kind: Award['awardable']['kind']): 'Issue' | 'MergeRequest' | 'Note' {
  return kind === 'issue' ? 'Issue' : kind === 'merge_request' ? 'MergeRequest' : 'Note';
}

/** Where the emoji can be seen. */
export function awardedOnUrl(award: Award, known: Known): string {
  const { kind, id } = award.awardable;
  if (kind === 'note') return noteUrl(must(known.state.notes.get(id), `note ${id}`), known);
  return noteableUrl(getNoteable({ kind, id }, known.state), known);
}
