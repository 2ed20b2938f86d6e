/** A text as every store can keep it: PostgreSQL's jsonb refuses NUL and halves of surrogate pairs. */
function storableText(text: string): string {
  return text.replaceAll('\0', '\uFFFD').replace(/\p{Surrogate}/gu, '\uFFFD');
}

/** JSON writes as escapes what is refused; whole pairs it writes as they are. */
const MAY_BE_REFUSED = /\\u(?:0000|d[89a-f])/;

/**
 * `data` as every store gives it back: with U+FFFD in place of the characters that PostgreSQL refuses. A copy where there
 * are any.
 */
export function storable<T>(data: T): T {
  const json = JSON.stringify(data);
  if (!MAY_BE_REFUSED.test(json)) return data;
  return JSON.parse(json, (_, value: unknown) => (typeof value === 'string' ? storableText(value) : value));
}
