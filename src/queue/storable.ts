/** A text as every store can keep it: PostgreSQL's jsonb refuses NUL and halves of surrogate pairs. */
function storableText(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\uFFFD');
}

function isStorable(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed() && !value.includes('\0');
  return typeof value !== 'object' || value === null || Object.values(value).every(isStorable);
}

/**
 * `data`, which is JSON, as every store gives it back: with U+FFFD in place of the characters that PostgreSQL refuses. A
 * copy where there are any.
 */
export function storable<T>(data: T): T {
  if (isStorable(data)) return data;
  const json = JSON.stringify(data);
  return JSON.parse(json, (_, value: unknown) => (typeof value === 'string' ? storableText(value) : value));
}
