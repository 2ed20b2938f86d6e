/**
 * What people do not see when they read a text: control characters, and what Unicode calls default-ignorable, such
 * as direction marks and overrides, zero-width characters, fillers, variation selectors and tags. A joiner between
 * two letters or within an emoji is none of them, nor is the selector of an emoji's look.
 */
const INVISIBLE =
  /(?:[[\p{Default_Ignorable_Code_Point}\p{Cc}\u2028\u2029\uFFF9-\uFFFB]--[\t\n\r\u200C\u200D\uFE0E\uFE0F]]|(?<![\p{L}\p{M}\p{Extended_Pictographic}\uFE0F])[\u200C\u200D]|[\u200C\u200D](?![\p{L}\p{Extended_Pictographic}])|(?<![\p{Extended_Pictographic}\p{N}#*])[\uFE0E\uFE0F])+/gv;

/** Puts in place of invisible characters a word of what they were. */
export function showInvisible(text: string): string {
  return text.replace(INVISIBLE, (hidden) => {
    const characters = [...hidden];
    const [first = ''] = characters;
    if (characters.length > 1) return `[${characters.length} invisible characters]`;
    return `[U+${(first.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`;
  });
}
