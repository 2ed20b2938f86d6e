import { showInvisible } from './invisible.ts';

/** Length of a text in UTF-8 bytes. */
export function byteLength(text: string): number {
  return Buffer.byteLength(text, 'utf8');
}

/**
 * Cuts a text so that it fits into `maxBytes` of UTF-8 together with `mark`, which is put where the text was cut.
 * Never cuts inside a character. A text that fits comes back as it is.
 */
export function cutBytes(text: string, maxBytes: number, mark: string): string {
  if (byteLength(text) <= maxBytes) return text;
  const bytes = Buffer.from(text, 'utf8');
  let end = Math.max(0, maxBytes - byteLength(mark));
  // A byte of the form 10xxxxxx goes on a character that began before it.
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.toString('utf8', 0, end) + mark;
}

/** On one line, runs of white space folded, invisible characters named, cut to `max` characters. */
export function oneLine(text: string, max: number): string {
  return cutCharacters(showInvisible(text.replace(/\s+/g, ' ').trim()), max);
}

/** The first `max` characters, the last of them an ellipsis where something was cut. */
export function cutCharacters(text: string, max: number): string {
  const characters = [...text];
  return characters.length <= max ? text : `${characters.slice(0, max - 1).join('')}…`;
}
