import type { Event } from './event.ts';
import { fieldsOf } from './fields.ts';

/** What a delivery is about, as far as its payload says: enough to find it by, and nothing that people wrote. */
export interface Subject {
  /** GitLab's `object_kind`, such as `note`. */
  readonly event: string | undefined;
  /** Full path. */
  readonly project: string | undefined;
  readonly item: { readonly type: 'issue' | 'merge_request'; readonly iid: number } | undefined;
  readonly noteId: number | undefined;
  /** Username of who did it. */
  readonly user: string | undefined;
  readonly confidential: boolean;
}

/**
 * Reads what is there field by field, as a payload is read in full only for whoever wants it, and this is asked of each.
 * Never throws; of what is no payload of GitLab's nothing is known.
 */
export function subjectOf(payload: unknown): Subject {
  const read = fieldsOf(payload);
  const attributes = fieldsOf(read.object_attributes);
  const issue = fieldsOf(read.issue);
  const note = fieldsOf(read.note);
  const event = textOf(read.object_kind);
  return {
    event,
    project: textOf(fieldsOf(read.project).path_with_namespace, 1_000),
    item: itemOf(event, { attributes, issue, mergeRequest: fieldsOf(read.merge_request) }),
    noteId: numberOf(event === 'note' ? attributes.id : note.id),
    user: textOf(fieldsOf(read.user).username) ?? textOf(read.user_username),
    confidential:
      textOf(read.event_type)?.startsWith('confidential_') === true ||
      [attributes.confidential, attributes.internal, issue.confidential, note.internal].includes(true),
  };
}

type Fields = ReturnType<typeof fieldsOf>;

function itemOf(
  event: string | undefined,
  { attributes, issue, mergeRequest }: Readonly<Record<'attributes' | 'issue' | 'mergeRequest', Fields>>,
): Subject['item'] {
  const own = numberOf(attributes.iid);
  if (own !== undefined && (event === 'issue' || event === 'work_item')) return { type: 'issue', iid: own };
  if (own !== undefined && event === 'merge_request') return { type: 'merge_request', iid: own };
  const ofIssue = numberOf(issue.iid);
  if (ofIssue !== undefined) return { type: 'issue', iid: ofIssue };
  const ofMergeRequest = numberOf(mergeRequest.iid);
  return ofMergeRequest === undefined ? undefined : { type: 'merge_request', iid: ofMergeRequest };
}

function textOf(value: unknown, most = 255): string | undefined {
  return typeof value === 'string' && value.length <= most ? value : undefined;
}

function numberOf(value: unknown): number | undefined {
  return Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : undefined;
}

/** The same of an event that no delivery brought. */
export function subjectOfEvent(event: Event): Subject {
  const { kind, project, resource, actor, confidential } = event;
  return {
    event: kind === 'mention' ? 'note' : resource?.type,
    project: project.path,
    item: resource && { type: resource.type, iid: resource.iid },
    noteId: kind === 'mention' ? event.note.id : undefined,
    user: actor.username || undefined,
    confidential,
  };
}
