import MarkdownIt from 'markdown-it';

/**
 * GitLab's own pattern for the path of a user or group (`User.reference_pattern`): greedy, with no boundary on
 * the right; not preceded by an ASCII word character; never ending in `.`, `.git` or `.atom`.
 */
const SEGMENT = String.raw`(?:[a-zA-Z0-9_.][a-zA-Z0-9_.-]{0,254}[a-zA-Z0-9_-]|[a-zA-Z0-9_])(?<!\.git|\.atom)`;
const REFERENCE = new RegExp(String.raw`(?<!\w)@((?:${SEGMENT}/){0,20}${SEGMENT})`, 'g');

/** GitLab renders `\@name` so that it is no reference; a character that no name holds does the same here. */
const ESCAPED_AT = '\u0000';

const markdown = new MarkdownIt({ html: true, linkify: true });
// Joined, an escaped character could no longer be told from a plain one.
markdown.core.ruler.disable('text_join');

/** Raw HTML elements in which GitLab does not look for mentions. */
const OPAQUE = /^<(\/?)(a|code|pre|style)\b/i;

/**
 * The usernames that a Markdown text mentions, in lower case, each once, in the order of the text. Decided on
 * the rendered text as GitLab does it: nothing in code, links, HTML comments and escapes. Differs on purpose in
 * two things: text in block quotes does not count, so that quoting a thread starts nothing again, and a path
 * with a slash names a group, whose members are not meant.
 */
export function mentionedAccounts(text: string): readonly string[] {
  if (!text.includes('@')) return [];
  const found = new Set<string>();
  let quotes = 0;
  for (const token of markdown.parse(withoutQuoteBlocks(text), {})) {
    if (token.type === 'blockquote_open') quotes += 1;
    else if (token.type === 'blockquote_close') quotes -= 1;
    else if (token.type === 'inline' && quotes === 0) {
      for (const name of namesIn(visibleText(token.children ?? []))) found.add(name);
    }
  }
  return [...found];
}

type Token = ReturnType<typeof markdown.parse>[number];

function visibleText(tokens: readonly Token[]): string {
  let text = '';
  let opaque = 0;
  for (const token of tokens) {
    if (token.type === 'link_open') opaque += 1;
    else if (token.type === 'link_close') opaque -= 1;
    else if (token.type === 'html_inline') {
      const tag = OPAQUE.exec(token.content);
      if (tag !== null) opaque = Math.max(0, opaque + (tag[1] === '/' ? -1 : 1));
      else text += ' ';
    } else if (opaque > 0) text += ' ';
    else if (token.type === 'text') text += token.content;
    else if (token.type === 'text_special') text += token.markup === '\\@' ? ESCAPED_AT : token.content;
    else if (token.type === 'softbreak' || token.type === 'hardbreak') text += '\n';
    else if (token.type === 'code_inline' || token.type === 'image') text += ' ';
  }
  return text;
}

function* namesIn(text: string): Generator<string> {
  for (const match of text.matchAll(REFERENCE)) {
    const path = match[1];
    if (path !== undefined && !path.includes('/')) yield path.toLowerCase();
  }
}

/** Takes out GitLab's multi-line quotes, which lie between two lines of `>>>`. */
function withoutQuoteBlocks(text: string): string {
  if (!text.includes('>>>')) return text;
  const kept: string[] = [];
  let quoted = false;
  for (const line of text.split('\n')) {
    if (/^>>>\s*$/.test(line)) quoted = !quoted;
    else if (!quoted) kept.push(line);
  }
  return kept.join('\n');
}
