/** `object_kind` is what GitLab writes first, so the beginning tells what a body is. */
const BEGINNING = /^\s*\{\s*"object_kind"\s*:\s*"([a-z_]{1,60})"/;
/** Bytes in which the beginning is found. */
const BEGINNING_BYTES = 128;

const QUOTE = 0x22;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const BRACE = 0x7d;

/**
 * The `object_kind` of a body that is not parsed yet. `undefined`: it does not stand at the beginning, or the end is not
 * that of an object; what such a body is only parsing can tell.
 */
export function kindIn(body: Buffer): string | undefined {
  let end = body.length - 1;
  while (end > 0 && isSpace(body[end])) end -= 1;
  if (body[end] !== BRACE) return undefined;
  return BEGINNING.exec(body.toString('latin1', 0, Math.min(body.length, BEGINNING_BYTES)))?.[1];
}

/**
 * Every text that stands under a key anywhere in a body that is not parsed yet. `undefined`: there is none, or one that
 * is no JSON. Within another text the quotes around a key are escaped, so that it is not taken for one.
 */
export function textsUnder(key: string, body: Buffer): readonly string[] | undefined {
  const quoted = `"${key}"`;
  const texts: string[] = [];
  for (let at = body.indexOf(quoted); at !== -1; at = body.indexOf(quoted, at + 1)) {
    let begin = afterSpace(body, at + quoted.length);
    if (body[begin] !== COLON) continue;
    begin = afterSpace(body, begin + 1);
    if (body[begin] !== QUOTE) continue;
    const text = parsed(body.subarray(begin, endOfText(body, begin) + 1));
    if (text === undefined) return undefined;
    texts.push(text);
  }
  return texts.length === 0 ? undefined : texts;
}

/** Where the quote is that ends the text whose first quote is here; the end of the body where there is none. */
function endOfText(body: Buffer, begin: number): number {
  let end = begin;
  do {
    end = body.indexOf(QUOTE, end + 1);
    if (end === -1) return body.length;
  } while (isEscaped(body, end));
  return end;
}

/** Whether an odd number of backslashes stands before a character. */
function isEscaped(body: Buffer, at: number): boolean {
  let before = at - 1;
  while (body[before] === BACKSLASH) before -= 1;
  return (at - before) % 2 === 0;
}

function parsed(text: Buffer): string | undefined {
  try {
    const value: unknown = JSON.parse(text.toString('utf8'));
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}

function afterSpace(body: Buffer, at: number): number {
  let next = at;
  while (isSpace(body[next])) next += 1;
  return next;
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}
