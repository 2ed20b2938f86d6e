/**
 * Names that a text mentions, in lower case and in order, and whether each stands at the start of a paragraph.
 * Enough for To-Do items: code and HTML comments do not count, links and escapes are not looked into.
 */
export function mentionsIn(markdown: string): readonly { readonly name: string; readonly direct: boolean }[] {
  const text = markdown
    .replace(/^(```|~~~)[\s\S]*?(?:^\1.*$|$(?![\s\S]))/gm, '')
    .replace(/(`+)[^`][\s\S]*?\1/g, '')
    .replace(/<!--[\s\S]*?-->/g, '');
  const found = new Map<string, boolean>();
  for (const match of text.matchAll(
    /(?<!\w)@([a-zA-Z0-9_.](?:[a-zA-Z0-9_.-]{0,253}[a-zA-Z0-9_-])?)(?!\/\w)/g,
  )) {
    const name = (match[1] ?? '').toLowerCase();
    const direct = /(^|\n\n)\s*(@[\w.-]+[\s,]+)*$/.test(text.slice(0, match.index));
    if (!found.has(name)) found.set(name, direct);
  }
  return [...found].map(([name, direct]) => ({ name, direct }));
}
