import { byteLength, cutBytes } from '../../lib/text.ts';

/** What a value takes as JSON in UTF-8. */
export function jsonBytes(value: unknown): number {
  return byteLength(JSON.stringify(value));
}

/**
 * Cuts a text so that it takes at most `maxBytes` as a JSON string, in which a character takes up to six bytes;
 * `mark` is put where it was cut. The longest start that fits is found by halving.
 */
export function cutToJson(text: string, maxBytes: number, mark: string): string {
  if (jsonBytes(text) <= maxBytes) return text;
  let fits = 0;
  let tooLong = Math.max(0, maxBytes);
  while (tooLong - fits > 1) {
    const middle = Math.floor((fits + tooLong) / 2);
    if (jsonBytes(cutBytes(text, middle, mark)) <= maxBytes) fits = middle;
    else tooLong = middle;
  }
  const cut = cutBytes(text, fits, mark);
  return jsonBytes(cut) <= maxBytes ? cut : '';
}
