import { type Row, summary } from './row.ts';

const HEAD = ['what', 'unit', 'Beckon', 'ceiling', 'ratio', 'lowest to highest', 'rounds', 'to reach', ''];

/** The rows as a Markdown table. */
export function markdownTable(rows: readonly Row[]): string {
  return [HEAD, HEAD.map(() => '---'), ...rows.map(cells)].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

function cells(row: Row): readonly string[] {
  const { ours, ceiling, ratio, isReached } = summary(row);
  const spread = row.rounds.map((round) =>
    round.ceiling === undefined ? round.ours : round.ours / round.ceiling,
  );
  return [
    row.what,
    row.unit,
    figure(ours),
    ceiling === undefined ? '–' : figure(ceiling),
    ratio === undefined ? '–' : ratio.toFixed(2),
    `${figure(Math.min(...spread))} to ${figure(Math.max(...spread))}`,
    String(row.rounds.length),
    reachOf(row),
    isReached === undefined ? '' : isReached ? '✓' : '✗',
  ];
}

function reachOf({ reach, rounds }: Row): string {
  if (reach === undefined) return '–';
  const of = rounds.some(({ ceiling }) => ceiling !== undefined) ? 'ratio ' : '';
  return 'least' in reach ? `${of}≥ ${reach.least}` : `${of}≤ ${reach.most}`;
}

/** Three digits are more than a measurement of seconds is good for. */
function figure(number: number): string {
  return number >= 100 ? String(Math.round(number)) : String(Number(number.toPrecision(2)));
}
