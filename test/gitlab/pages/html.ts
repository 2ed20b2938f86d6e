import MarkdownIt from 'markdown-it';

/** Text that is HTML already. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Part = Html | string | number | null | undefined | readonly Part[];

/** A template whose values are escaped unless they are HTML already. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(strings.map((text, index) => text + render(parts[index])).join(''));
}

function render(part: Part): string {
  if (part instanceof Html) return part.text;
  if (part === null || part === undefined) return '';
  if (typeof part === 'object') return part.map(render).join('');
  return String(part).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

const renderer = new MarkdownIt({ html: false, linkify: true, breaks: true });

/** Markdown as a page shows it; HTML in it is shown as text, comments not at all. */
export function markdown(text: string): Html {
  return new Html(renderer.render(text.replace(/<!--[\s\S]*?-->/g, '')));
}
