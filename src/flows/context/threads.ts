import { cutToJson, jsonBytes } from './json-text.ts';
import { visibleText, withoutTokens } from './visible.ts';

/** A comment as far as the context needs it. */
export interface Comment {
  readonly id: number;
  readonly author: string;
  /** ISO 8601. */
  readonly createdAt: string;
  readonly body: string;
  /** Of a comment on a diff. */
  readonly path?: string | undefined;
  readonly line?: number | undefined;
}

/** Comments that belong together, oldest first. */
export interface Thread {
  /** GitLab's discussion; not known of a comment that was found by itself. */
  readonly id: string | undefined;
  /** Of a thread that can be resolved. */
  readonly resolved: boolean | undefined;
  readonly comments: readonly Comment[];
}

/** Bytes that a comment outside of the triggering thread may take. */
const LARGEST_COMMENT = 16_000;

/**
 * The comments that fit into `maxBytes` of JSON, as texts, threads together. The thread `triggering` comes whole
 * and last; of the others those with the newest comments are kept, in the order of their newest comments. Of the
 * first that does not fit whole its newest comments are kept. `total`: how many comments there are, where known.
 */
export function commentTexts(
  threads: readonly Thread[],
  { triggering, total, maxBytes }: { triggering: string | undefined; total: number; maxBytes: number },
): readonly string[] {
  const notice = (count: number) => `[comments left out by Beckon: ${count}]`;
  let left = maxBytes - jsonBytes(notice(total)) - 1;
  const kept: string[][] = [];
  for (const thread of byImportance(threads, triggering)) {
    const isTriggering = thread.id !== undefined && thread.id === triggering;
    const most = isTriggering ? maxBytes : LARGEST_COMMENT;
    const texts = newestThatFit(
      thread.comments.map((comment) => commentText(comment, thread, most)),
      left,
    );
    left -= texts.reduce((sum, text) => sum + jsonBytes(text) + 1, 0);
    if (texts.length > 0) kept.unshift([...texts]);
    if (texts.length < thread.comments.length) break;
  }
  const shown = kept.flat();
  const missing = Math.max(total, threads.flatMap(({ comments }) => comments).length) - shown.length;
  return missing > 0 ? [notice(missing), ...shown] : shown;
}

/** The triggering thread first, then by the time of the newest comment. */
function byImportance(threads: readonly Thread[], triggering: string | undefined): readonly Thread[] {
  const newest = ({ comments }: Thread) => comments.at(-1)?.createdAt ?? '';
  const isTriggering = ({ id }: Thread) => id !== undefined && id === triggering;
  return threads.toSorted(
    (a, b) =>
      Number(isTriggering(b)) - Number(isTriggering(a)) ||
      (newest(a) < newest(b) ? 1 : newest(a) > newest(b) ? -1 : 0),
  );
}

/** In their order. */
function newestThatFit(texts: readonly string[], room: number): readonly string[] {
  let left = room;
  const first = texts.findLastIndex((text) => {
    left -= jsonBytes(text) + 1;
    return left < 0;
  });
  return texts.slice(first + 1);
}

/**
 * What a person wrote, between marks that tell who wrote it when and where. Nothing in the text can end it: a
 * closing mark of a person's own is broken.
 */
function commentText(
  { id, author, createdAt, body, path, line }: Comment,
  { id: thread, resolved }: Thread,
  maxBytes: number,
): string {
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['id', String(id)],
    ['author', `@${author}`],
    ['date', createdAt],
    ['thread', thread],
    ['file', path],
    ['line', line === undefined ? undefined : String(line)],
    ['resolved', resolved === undefined ? undefined : String(resolved)],
  ];
  const attributes = facts
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}="${String(value).replace(/[\s"<>]/g, '_')}"`);
  const shown = withoutTokens(visibleText(body)).replaceAll(/<(?=\/?comment\b)/gi, '<\\');
  const text = cutToJson(shown, maxBytes, '\n[cut here by Beckon]');
  return `<comment${attributes.join('')}>\n${text}\n</comment>`;
}
