import { showInvisible } from '../../lib/invisible.ts';

/** Ends where the browser would end it; one that is never closed hides all that follows. */
const HTML_COMMENT = /<!--[\s\S]*?(?:-->|$)/g;
const TAG = /<[a-z][^<>]*>/gi;
/** Attributes whose value is no address: nobody sees them, or only who asks for them. */
const ATTRIBUTE = /\s(?!href\s*=|src\s*=)[a-z][\w:.-]*\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'>]+)/gi;
const IMAGE_TEXT = /!\[[^[\]\n]*\](?=[([])/g;
const LINK_TITLE = /(\]\([^()\s]+)\s+(?:"[^"\n]*"|'[^'\n]*'|\([^)\n]*\))(?=\s*\))/g;
/** Of a link's definition, which is shown nowhere, what could hold a sentence. */
const DEFINITION = /^( {0,3}\[)[^[\]\n]+(\]:[ \t]*)(\S+)[ \t]+(?:"[^"\n]*"|'[^'\n]*'|\([^)\n]*\))[ \t]*$/gm;
const EMPTY_DEFINITION = /^ {0,3}\[[^[\]\n]+\]:[ \t]*(?:#|<>)[ \t]*$/gm;
const ENTITY = /&#(?:(\d{1,7})|x([0-9a-f]{1,6}));/gi;

/**
 * A person's Markdown as other people see it. What GitLab does not show them is taken out or made visible, so that
 * nobody can tell an agent something behind the backs of those who read along: HTML comments, attributes, texts of
 * images, titles and definitions of links, characters written as numbers, invisible characters.
 */
export function visibleText(markdown: string): string {
  const decoded = markdown.replace(ENTITY, (whole, decimal?: string, hex?: string) => {
    const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
  const shown = decoded
    .replace(HTML_COMMENT, '[hidden comment removed]')
    .replace(TAG, (tag) => tag.replace(ATTRIBUTE, ''))
    .replace(IMAGE_TEXT, '![]')
    .replace(LINK_TITLE, '$1')
    .replace(DEFINITION, '$1…$2$3')
    .replace(EMPTY_DEFINITION, '[hidden comment removed]');
  return showInvisible(shown);
}

/** Tokens of GitLab by their prefixes (https://docs.gitlab.com/security/tokens/#token-prefixes), and others' keys. */
const TOKEN =
  /\b(gl(?:pat|dt|rt|cbt|ptt|ft|soat|imt|agent|oas)-[\w.-]{10,}|gh[pousr]_\w{20,}|github_pat_\w{20,}|sk-[\w-]{20,}|xox[a-z]-[\w-]{10,}|(?:AKIA|ASIA)[A-Z0-9]{16})/g;

/** Takes tokens out of a text that goes to an agent and its provider. */
export function withoutTokens(text: string): string {
  return text.replace(TOKEN, '[token removed]');
}
