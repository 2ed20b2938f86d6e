import MarkdownIt from 'markdown-it';

// Each level of nesting may be looked through anew; nobody nests brackets, lists and quotes as deep as this by hand.
const markdown = new MarkdownIt({ html: true, linkify: true, maxNesting: 20 });
// GFM links an address only where it has a scheme; `gitlab.com/@alice` is a mention. An e-mail address needs no link
// to be none: a word stands before its `@`.
markdown.linkify.set({ fuzzyLink: false, fuzzyEmail: false });
// Joined, an escaped character could no longer be told from a plain one.
markdown.core.ruler.disable('text_join');
// GitLab puts an escaped `@` into an element of its own, so that no reference begins there.
markdown.renderer.rules.text_special = (tokens, index) => {
  const token = tokens[index];
  if (token?.markup === '\\@') return '<span>@</span>';
  return markdown.utils.escapeHtml(token?.content ?? '');
};
// `[User](@alice)` is a link to what looks like no address, and a mention.
const validateLink = markdown.validateLink.bind(markdown);
markdown.validateLink = (url) => url.startsWith('@') || validateLink(url);

/** Without an `@`, an entity that may be one, or HTML in which one may stand, a text mentions nobody. */
export const MAY_MENTION = /[@&<]/;

// A long note is mostly prose: paragraphs without any of these need not be looked into.
markdown.core.ruler.at('inline', ({ tokens, md, env }) => {
  for (const { type, content, children } of tokens) {
    if (type === 'inline' && MAY_MENTION.test(content)) md.inline.parse(content, md, env, children ?? []);
  }
});

/** YAML, TOML or JSON at the very top, which GitLab shows as code. */
const FRONT_MATTER = /^\s*(---|\+\+\+|;;;)[^\S\n]*\w*[^\S\n]*\n[\s\S]*?\n\1[^\S\n]*(?:\n|$)/;

/**
 * Renders a note as far as it matters for what it mentions: GitLab's Markdown with its front matter, multi-line
 * quotes and escapes.
 */
export function renderForMentions(text: string): string {
  const body = text.replaceAll('\r\n', '\n').replace(FRONT_MATTER, '');
  return markdown.render(withoutQuoteBlocks(body));
}

/**
 * Takes out GitLab's multi-line quotes, which lie between two lines of `>>>`. A line of them inside of a code
 * block is code, and a quote that is never closed is none.
 */
function withoutQuoteBlocks(text: string): string {
  if (!text.includes('>>>')) return text;
  const lines = text.split('\n');
  const lastMark = lines.findLastIndex(isQuoteMark);
  const kept: string[] = [];
  let fence: string | undefined;
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? '';
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
    if (fence === undefined && index < lastMark && isQuoteMark(line)) {
      kept.push('');
      do index += 1;
      while (!isQuoteMark(lines[index] ?? ''));
      continue;
    }
    if (mark !== undefined) {
      if (fence === undefined) fence = mark;
      else if (mark.startsWith(fence) && /^ {0,3}[`~]+\s*$/.test(line)) fence = undefined;
    }
    kept.push(line);
  }
  return kept.join('\n');
}

function isQuoteMark(line: string): boolean {
  return /^>>>\s*$/.test(line);
}
