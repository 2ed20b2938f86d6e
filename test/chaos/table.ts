import type { Played } from './play.ts';

interface Row extends Played {
  readonly home: string;
  readonly seed: number;
  readonly seconds: number;
}

/** Plays side by side, in Markdown: one column each. */
export function tableOf(rows: readonly Row[]): string {
  const happened = [...new Set(rows.flatMap(({ counts }) => Object.keys(counts)))].sort();
  const lines: readonly (readonly [string, (row: Row) => unknown])[] = [
    ['', ({ home }) => home],
    ['---', () => '---'],
    ['seed', ({ seed }) => seed],
    ['seconds', ({ seconds }) => seconds],
    ['runs', ({ runs }) => runs],
    ...happened.map((what) => [what, ({ counts }: Row) => counts[what] ?? 0] as const),
    ['seconds to heal', ({ healing }) => Math.round(healing / 1_000)],
    ['**lost**', ({ lost }) => `**${lost.length}**`],
    ['**double**', ({ double }) => `**${double.length}**`],
    ['**otherwise wrong**', ({ wrong }) => `**${wrong.length}**`],
  ];
  return `${lines.map(([name, cell]) => `| ${[name, ...rows.map(cell)].join(' | ')} |`).join('\n')}\n`;
}
