/** A text as every store can keep it: PostgreSQL's jsonb refuses NUL and halves of surrogate pairs. */
function storableText(text: string): string {
  return text.replaceAll('\0', '\uFFFD').replace(/\p{Surrogate}/gu, '\uFFFD');
}

/**
 * A copy of `data` that every store gives back as it was put in: plain JSON, with U+FFFD in place of the
 * characters that PostgreSQL refuses.
 */
export function storable<T>(data: T): T {
  return JSON.parse(JSON.stringify(data), (_, value: unknown) =>
    typeof value === 'string' ? storableText(value) : value,
  );
}
