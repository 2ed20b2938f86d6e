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

/** Reads a delivery of any GitLab from 8 to 19. Never throws; what cannot be used comes with the reason. */
export function parseDelivery({ event, payload }: Delivery): Reading {
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload)) {
    return { kind: 'unreadable', reason: 'The body is not a JSON object.' };
  }
  if ('project' in payload && payload.project === null) {
    return ignored('It belongs to a group and to no project, and agents run in projects.');
  }
  const kind = 'object_kind' in payload ? payload.object_kind : undefined;
  switch (kind) {
    case 'note':
      return read(NotePayload, payload, readNote);
    case 'issue':
    case 'work_item':
      return read(IssuePayload, payload, readIssue);
    case 'merge_request':
      return read(MergeRequestPayload, payload, readMergeRequest);
    case 'pipeline':
      return read(PipelinePayload, payload, readPipeline);
    case 'push':
      return read(PushPayload, payload, readPush);
    case 'emoji':
      return read(EmojiPayload, payload, readEmoji);
    default:
      return readOther(kind, payload, event);
  }
}

function readOther(kind: unknown, payload: object, event: string | undefined): Reading {
  if (typeof kind === 'string') return ignored(`Nothing is set up for ${quoted(kind)} events.`);
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
