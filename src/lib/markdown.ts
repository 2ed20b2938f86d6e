import { showInvisible } from './invisible.ts';
import { cutCharacters, oneLine } from './text.ts';

/** Takes no room and allows no line break. What it stands in is no address and no reference to GitLab. */
const JOINER = '\u2060';

/** Such as `GL-12` for an issue of GitLab, or those of Jira, which a merge closes as well. */
const ISSUE_KEY = /\b[A-Z][A-Z\d_]*-(?=\d)/g;

/**
 * Text of others for a line of a GitLab note: on one line, so that nothing in it is a quick action, and with
 * everything escaped that Markdown or GitLab would act on (mentions, references, links, HTML). GitLab makes links of
 * addresses after it has read the Markdown, so no escape keeps it from that.
 */
export function plainText(text: string, max = 300): string {
  return oneLine(text, max)
    .replace(/[\\`*_[\]<>@~$#!&|^%]/g, (character) =>
      character === '<' ? '&lt;' : character === '&' ? '&amp;' : `\\${character}`,
    )
    .replace(/\/\//g, `${JOINER}/${JOINER}/`)
    .replace(/\bwww(?=\.)/gi, `$&${JOINER}`)
    .replace(ISSUE_KEY, `$&${JOINER}`);
}

/**
 * Text of others for the title of a merge request, where nothing can be escaped: GitLab reads mentions and references
 * there, closes on merging what is behind `closes #1`, and puts it into the merge commit, whose `[skip ci]` counts.
 */
export function titleText(text: string, max: number): string {
  const shown = oneLine(text, max)
    .replace(/[@#!$%&~^[:](?=\S)/g, `$&${JOINER}`)
    .replace(ISSUE_KEY, `$&${JOINER}`);
  return cutCharacters(shown, max);
}

/**
 * Text of others as a block of code that nothing in it can end. Mentions and references do not work there; each line
 * is indented, as GitLab may look for quick actions at the beginning of one, and comments are broken, as our own
 * marks are such.
 */
export function codeBlock(text: string): string {
  const shown = showInvisible(text);
  const longest = Math.max(2, ...[...shown.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}\n${shown.replaceAll('<!--', '<! --').replace(/^/gm, ' ')}\n${fence}`;
}

/**
 * A Markdown link. GitLab makes no reference of what stands in its text, and its address can neither end it nor
 * bring in another.
 */
export function link(text: string, url: string): string {
  const shown = oneLine(text, 100).replace(/[\\`*_[\]<>&]/g, (character) =>
    character === '<' ? '&lt;' : `\\${character}`,
  );
  const address = url.replace(
    /[\s()<>\\]/g,
    (character) => `%${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
  return `[${shown}](${address})`;
}
