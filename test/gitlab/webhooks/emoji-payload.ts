import { awardableType, awardedOnUrl } from '../http/entities/note.ts';
import type { WorldContext } from '../world/context.ts';
import type { DomainEvent } from '../world/events.ts';
import { getNoteable, must } from '../world/lookup.ts';
import { hookDate, hookProject, hookUser } from './attributes.ts';
import { issueAttributes } from './issue-payload.ts';
import { mergeRequestAttributes } from './merge-request-payload.ts';
import { noteAttributes } from './note-payload.ts';

/** The whole webhook of an emoji that was given or taken back. */
export function emojiPayload(
  { award, action }: Extract<DomainEvent, { type: 'emoji' }>,
  context: WorldContext,
) {
  const { kind, id } = award.awardable;
  const note = kind === 'note' ? must(context.state.notes.get(id), `note ${id}`) : undefined;
  const noteable =
    kind === 'note'
      ? getNoteable(must(note, 'note').noteable, context.state)
      : getNoteable({ kind, id }, context.state);
  return {
    object_kind: 'emoji',
    event_type: action,
    user: hookUser(award.userId, context),
    project_id: award.projectId,
    project: hookProject(award.projectId, context),
    object_attributes: {
      user_id: award.userId,
      created_at: hookDate(award.createdAt, context),
      id: award.id,
      name: award.name,
      awardable_type: awardableType(kind),
      awardable_id: id,
      updated_at: hookDate(award.createdAt, context),
      action,
      awarded_on_url: awardedOnUrl(award, context),
    },
    ...(note === undefined ? {} : { note: noteAttributes(note, context) }),
    ...(noteable.kind === 'issue'
      ? { issue: issueAttributes(noteable, context) }
      : { merge_request: mergeRequestAttributes(noteable, context) }),
  };
}
