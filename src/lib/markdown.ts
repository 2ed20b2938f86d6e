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

/** A Markdown link whose address cannot end the link or bring in another. */
export function link(text: string, url: string): string {
  return `[${plainText(text)}](${url.replace(/[\s()<>\\]/g, (character) => encodeURIComponent(character).replace(/[()]/g, (c) => (c === '(' ? '%28' : '%29')))})`;
}
