import { oneLine } from './text.ts';

/**
 * Text of others for a line of a GitLab note: on one line, so that nothing in it is a quick action, and with
 * everything escaped that Markdown or GitLab would act on (mentions, references, links, HTML).
 */
export function plainText(text: string, max = 300): string {
  return oneLine(text, max).replace(/[\\`*_[\]<>@~$#!&|^%]/g, (character) =>
    character === '<' ? '&lt;' : character === '&' ? '&amp;' : `\\${character}`,
  );
}

/**
 * Text of others as a block of code that nothing in it can end. Mentions and references do not work there; each line
 * is indented, as GitLab may look for quick actions at the beginning of one, and comments are broken, as our own
 * marks are such.
 */
export function codeBlock(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}\n${text.replaceAll('<!--', '<! --').replace(/^/gm, ' ')}\n${fence}`;
}

/**
 * A Markdown link. GitLab makes no reference of what stands in its text, and its address can neither end it nor
 * bring in another.
 */
export function link(text: string, url: string): string {
  const shown = oneLine(text, 100).replace(/[\\`*_[\]<>&]/g, (character) => `\\${character}`);
  const address = url.replace(
    /[\s()<>\\]/g,
    (character) => `%${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
  return `[${shown}](${address})`;
}
