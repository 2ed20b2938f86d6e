import { z } from 'zod';
import type { Event } from './event.ts';
import { maybe } from './payloads.ts';

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

const Iid = z.number().int().nonnegative();
const flag = maybe(z.boolean());
const word = maybe(z.string().max(255));

const Payload = maybe(
  z.object({
    object_kind: word,
    event_type: word,
    user: maybe(z.object({ username: word })),
    user_username: word,
    project: maybe(z.object({ path_with_namespace: maybe(z.string().max(1000)) })),
    object_attributes: maybe(
      z.object({ id: maybe(Iid), iid: maybe(Iid), confidential: flag, internal: flag }),
    ),
    issue: maybe(z.object({ iid: Iid, confidential: flag })),
    merge_request: maybe(z.object({ iid: Iid })),
    note: maybe(z.object({ id: maybe(Iid), internal: flag })),
  }),
);
type Payload = NonNullable<z.output<typeof Payload>>;

/** Never throws; of what is no payload of GitLab's nothing is known. */
export function subjectOf(payload: unknown): Subject {
  const read: Partial<Payload> = Payload.parse(payload) ?? {};
  const { object_kind: event, object_attributes: attributes, note } = read;
  return {
    event,
    project: read.project?.path_with_namespace,
    item: itemOf(read),
    noteId: event === 'note' ? attributes?.id : note?.id,
    user: read.user?.username ?? read.user_username,
    confidential:
      read.event_type?.startsWith('confidential_') === true ||
      [attributes?.confidential, attributes?.internal, read.issue?.confidential, note?.internal].includes(
        true,
      ),
  };
}

function itemOf({ object_kind, object_attributes, issue, merge_request }: Partial<Payload>): Subject['item'] {
  const iid = object_attributes?.iid;
  if (iid !== undefined && (object_kind === 'issue' || object_kind === 'work_item'))
    return { type: 'issue', iid };
  if (iid !== undefined && object_kind === 'merge_request') return { type: 'merge_request', iid };
  if (issue !== undefined) return { type: 'issue', iid: issue.iid };
  return merge_request && { type: 'merge_request', iid: merge_request.iid };
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
