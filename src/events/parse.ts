import type { Delivery } from './delivery.ts';
import {
  EmojiPayload,
  IssuePayload,
  MergeRequestPayload,
  NotePayload,
  PipelinePayload,
  PushPayload,
} from './payloads.ts';
import { readPipeline, readPush } from './read-ci.ts';
import { readIssue, readMergeRequest } from './read-item.ts';
import { readEmoji, readNote } from './read-note.ts';
import { ignored, quoted, type Reading } from './reading.ts';

type Reader = (payload: object) => Reading;

/** What is read of each `object_kind`. */
const READERS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['note', (payload) => read(NotePayload, payload, readNote)],
  ['issue', (payload) => read(IssuePayload, payload, readIssue)],
  ['work_item', (payload) => read(IssuePayload, payload, readIssue)],
  ['merge_request', (payload) => read(MergeRequestPayload, payload, readMergeRequest)],
  ['pipeline', (payload) => read(PipelinePayload, payload, readPipeline)],
  ['push', (payload) => read(PushPayload, payload, readPush)],
  ['emoji', (payload) => read(EmojiPayload, payload, readEmoji)],
]);

/** Reads a delivery of any GitLab from 8 to 19. Never throws; what cannot be used comes with the reason. */
export function parseDelivery({ event, payload }: Delivery): Reading {
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload)) {
    return { kind: 'unreadable', reason: 'The body is not a JSON object.' };
  }
  if ('project' in payload && payload.project === null) {
    return ignored('It belongs to a group and to no project, and agents run in projects.');
  }
  const kind = 'object_kind' in payload ? payload.object_kind : undefined;
  const reader = typeof kind === 'string' ? READERS.get(kind) : undefined;
  return reader === undefined ? readOther(kind, payload, event) : reader(payload);
}

/** What a delivery holds whose kind nothing is read from, whatever else is in it; `undefined`: it has to be read. */
export function readUnread(kind: string): Extract<Reading, { kind: 'ignored' }> | undefined {
  return READERS.has(kind) ? undefined : ignored(`Nothing is set up for ${quoted(kind)} events.`);
}

function readOther(kind: unknown, payload: object, event: string | undefined): Reading {
  const unread = typeof kind === 'string' ? readUnread(kind) : undefined;
  if (unread !== undefined) return unread;
  if ('event_name' in payload && typeof payload.event_name === 'string') {
    return ignored(`Nothing is set up for the system hook event ${quoted(payload.event_name)}.`);
  }
  const body = event === undefined ? 'The body' : `The body of this ${quoted(event)}`;
  return {
    kind: 'unreadable',
    reason: `${body} has no object_kind. Where the webhook has a custom template, take it out: Beckon needs the body that GitLab sends by itself.`,
  };
}

interface Schema<T> {
  safeParse(
    value: unknown,
  ): { success: true; data: T } | { success: false; error: { issues: readonly { path: PropertyKey[] }[] } };
}

function read<T>(schema: Schema<T>, payload: object, use: (payload: T, whole: object) => Reading): Reading {
  const parsed = schema.safeParse(payload);
  if (parsed.success) return use(parsed.data, payload);
  const fields = parsed.error.issues.map((issue) => issue.path.join('.')).slice(0, 3);
  return ignored(`The payload lacks what is needed to act on it: ${fields.join(', ')}.`);
}
