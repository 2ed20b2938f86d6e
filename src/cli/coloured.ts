import { styleText } from 'node:util';

const COLOURS = { '✓': 'green', '✗': 'red', '!': 'yellow', '?': 'yellow', '+': 'cyan' } as const;

/** Colours the signs at the beginning of lines: on a terminal only, and not with NO_COLOR. */
export function coloured(text: string): string {
  return text.replace(/^( +)([✓✗!?+])(?= )/gmu, (_, indent: string, sign: keyof typeof COLOURS) => {
    const stream = { stream: process.stdout, validateStream: true };
    return indent + styleText(COLOURS[sign], sign, stream);
  });
}
