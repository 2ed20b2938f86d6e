import { byteLength, cutBytes } from '../lib/text.ts';

/** A comment as far as the context needs it. */
export interface Comment {
  readonly author: string;
  /** ISO 8601. */
  readonly createdAt: string;
  readonly body: string;
  /** Of a comment on a diff. */
  readonly path?: string | undefined;
  readonly line?: number | undefined;
}

export interface FileDiff {
  readonly oldPath: string;
  readonly newPath: string;
  readonly diff: string;
}

/** What is known of the issue or merge request. */
export interface ContextSource {
  readonly type: 'issue' | 'merge_request';
  /** As GitLab's REST API answers, with GitLab's own keys. */
  readonly resource: Readonly<Record<string, unknown>>;
  /** Newest first. */
  readonly comments: readonly Comment[];
  readonly diffs: readonly FileDiff[];
}

/** The contract's limit for `AI_FLOW_CONTEXT`, in characters. Counted in bytes here, which are never fewer. */
export const MAX_CONTEXT = 100_000;
const CUT = '\n[cut here by Beckon]';

/**
 * `AI_FLOW_CONTEXT`: the item with GitLab's own keys, plus `issue_comments`, or `mr_comments` and `diff`. Valid
 * JSON of at most `maxBytes` bytes. Where the room is short the oldest comments go first, since the newest say
 * what is wanted now; what was left out is said.
 */
export function buildContext(source: ContextSource, maxBytes = MAX_CONTEXT): string {
  const isMergeRequest = source.type === 'merge_request';
  const commentsKey = isMergeRequest ? 'mr_comments' : 'issue_comments';
  const resource = { ...source.resource };
  if (typeof resource.description === 'string') {
    resource.description = cutToJson(resource.description, Math.floor(maxBytes * 0.4));
  }
  const empty = { ...resource, ...(isMergeRequest ? { diff: '' } : {}), [commentsKey]: [] };
  const room = Math.max(0, maxBytes - jsonBytes(empty));
  const texts = source.comments.map(commentText);
  const diff = source.diffs
    .map((file) => `--- ${file.oldPath}\n+++ ${file.newPath}\n${file.diff}`)
    .join('\n');
  const commentsBytes = texts.reduce((sum, text) => sum + jsonBytes(text) + 1, 0);
  const diffText = isMergeRequest
    ? cutToJson(diff, Math.max(Math.floor(room / 2), room - commentsBytes))
    : '';
  const comments = newestThatFit(texts, room - (isMergeRequest ? jsonBytes(diffText) : 0));
  return JSON.stringify({
    ...resource,
    ...(isMergeRequest ? { diff: diffText } : {}),
    [commentsKey]: comments,
  });
}

function commentText(comment: Comment): string {
  const place =
    comment.path === undefined
      ? ''
      : ` on ${comment.path}${comment.line === undefined ? '' : `:${comment.line}`}`;
  return `@${comment.author} at ${comment.createdAt}${place}:\n${comment.body}`;
}

/** In the order in which they were written, with a first entry that says how many are missing. */
function newestThatFit(newestFirst: readonly string[], room: number): readonly string[] {
  const notice = (count: number) => `[${count} older comments left out by Beckon]`;
  let left = room - jsonBytes(notice(newestFirst.length)) - 1;
  const kept: string[] = [];
  for (const text of newestFirst) {
    left -= jsonBytes(text) + 1;
    if (left < 0) break;
    kept.unshift(text);
  }
  const missing = newestFirst.length - kept.length;
  return missing === 0 ? kept : [notice(missing), ...kept];
}

/**
 * Cuts a text so that it takes at most `maxBytes` as a JSON string, in which a character takes up to six bytes.
 * The longest start that fits is found by halving.
 */
function cutToJson(text: string, maxBytes: number): string {
  if (jsonBytes(text) <= maxBytes) return text;
  let fits = 0;
  let tooLong = Math.max(0, maxBytes);
  while (tooLong - fits > 1) {
    const middle = Math.floor((fits + tooLong) / 2);
    if (jsonBytes(cutBytes(text, middle, CUT)) <= maxBytes) fits = middle;
    else tooLong = middle;
  }
  const cut = cutBytes(text, fits, CUT);
  return jsonBytes(cut) <= maxBytes ? cut : '';
}

function jsonBytes(value: unknown): number {
  return byteLength(JSON.stringify(value));
}
