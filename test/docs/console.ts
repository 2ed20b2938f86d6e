/** A command of a page, and what it prints. */
export interface Shown {
  readonly command: string;
  readonly output: string;
}

/** The commands of the `console` boxes of a page, in their order. */
export function commandsOf(page: string): readonly Shown[] {
  return [...page.matchAll(/^```console\n([\s\S]*?)^```$/gm)].flatMap(([, box = '']) =>
    box
      .split(/^\$ /m)
      .slice(1)
      .map((part) => {
        const [command = '', ...lines] = part.split('\n');
        return { command, output: lines.join('\n').trim() };
      }),
  );
}

/** A text with what differs from one time to the next taken out. */
export function withoutChance(text: string): string {
  return text
    .replaceAll(/\br[0-9a-f]{15}\b/g, 'RUN')
    .replaceAll(/\d+/g, 'N')
    .replaceAll(/ +/g, ' ')
    .replaceAll(/(?:\bN[smhd]\b ?)+/g, 'SPAN ')
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
    .trim();
}

/** What a command has to print, where a line `…` stands for any lines. */
export function expected(output: string): RegExp {
  const parts = withoutChance(output)
    .split(/^…$/m)
    .map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('[\\s\\S]*')}$`);
}
