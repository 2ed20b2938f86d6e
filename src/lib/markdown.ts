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
