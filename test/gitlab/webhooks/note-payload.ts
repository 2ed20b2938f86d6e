import { positionEntity } from '../http/entities/note.ts';
import type { WorldContext } from '../world/context.ts';
import type { DomainEvent } from '../world/events.ts';
import { getNoteable } from '../world/lookup.ts';
import type { Note } from '../world/records-discussion.ts';
import { noteUrl } from '../world/urls.ts';
import { hookDate, hookProject, hookRepository, hookUser } from './attributes.ts';
import { issueAttributes } from './issue-payload.ts';
import { mergeRequestAttributes } from './merge-request-payload.ts';

/** Whether only hooks with `confidential_note_events` may see a note: it is internal, or its issue is confidential. */
export function isConfidential(note: Note, context: WorldContext): boolean {
  const noteable = getNoteable(note.noteable, context.state);
  return note.internal || (noteable.kind === 'issue' && noteable.confidential);
}

/** `object_attributes` of a note. Work items of any type are an `Issue` here. */
export function noteAttributes(note: Note, context: WorldContext) {
  const position = note.position === null ? null : positionEntity(note.position);
  return {
    attachment: null,
    author_id: note.authorId,
    change_position: null,
    commit_id: null,
    created_at: hookDate(note.createdAt, context),
    discussion_id: note.discussionId,
    id: note.id,
    internal: note.internal,
    line_code: note.position === null ? null : lineCode(note.position),
    note: note.body,
    noteable_id: note.noteable.id,
    noteable_type: note.noteable.kind === 'issue' ? 'Issue' : 'MergeRequest',
    original_position: position,
    position,
    project_id: note.projectId,
    resolved_at: hookDate(note.resolvedAt, context),
    resolved_by_id: note.resolvedById,
    resolved_by_push: null,
    st_diff: null,
    system: note.system,
    type: note.type,
    updated_at: hookDate(note.updatedAt, context),
    updated_by_id: note.updatedById,
    description: note.body,
    url: noteUrl(note, context),
  };
}

/** The whole webhook of a note. `user` is its author, also where somebody else edited it. */
export function notePayload(event: Extract<DomainEvent, { type: 'note' }>, context: WorldContext) {
  const { note, action } = event;
  const noteable = getNoteable(note.noteable, context.state);
  return {
    object_kind: 'note',
    event_type: isConfidential(note, context) ? 'confidential_note' : 'note',
    user: hookUser(note.authorId, context),
    project_id: note.projectId,
    project: hookProject(note.projectId, context),
    object_attributes: { ...noteAttributes(note, context), action },
    repository: hookRepository(note.projectId, context),
    ...(noteable.kind === 'issue'
      ? { issue: issueAttributes(noteable, context) }
      : { merge_request: mergeRequestAttributes(noteable, context) }),
  };
}

function lineCode(position: {
  newPath: string | null;
  oldLine: number | null;
  newLine: number | null;
}): string {
  return `${Buffer.from(position.newPath ?? '')
    .toString('hex')
    .padEnd(40, '0')
    .slice(0, 40)}_${position.oldLine ?? 0}_${position.newLine ?? 0}`;
}
