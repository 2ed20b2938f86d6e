/** One round of a measurement. */
export interface Round {
  readonly ours: number;
  /** What the parts can do without us, measured right beside it; left out where there is nothing to compare with. */
  readonly ceiling?: number;
}

/** A line of the table. */
export interface Row {
  readonly what: string;
  readonly unit: 'req/s' | 'ms' | 's' | 'MB' | '% of a core' | 'requests' | 'runs/s' | 'lost';
  readonly rounds: readonly Round[];
  /** Of the ratio to the ceiling where there is one, else of the figure itself. */
  readonly reach?: { readonly least: number } | { readonly most: number };
}

/** Something that is measured, bounded in time. */
export interface Scenario {
  /** Names it on the command line. */
  readonly name: string;
  /** What it does, in a sentence for the page. */
  readonly about: string;
  measure(options: {
    readonly rounds: number;
    readonly say: (text: string) => void;
  }): Promise<readonly Row[]>;
}

/** The middle one; of an even number the mean of the two in the middle. */
export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  if (low === undefined || high === undefined) throw new Error('nothing was measured');
  return (low + high) / 2;
}

/** The time within which so many of a hundred were done. */
export function percentile(times: readonly number[], hundredth: number): number {
  const sorted = [...times].sort((a, b) => a - b);
  const found = sorted[Math.ceil((sorted.length * hundredth) / 100) - 1];
  if (found === undefined) throw new Error('nothing was measured');
  return found;
}

/** The row as it is judged: medians, and the median of the ratios of each round. */
export function summary({ rounds, reach }: Row): {
  readonly ours: number;
  readonly ceiling: number | undefined;
  readonly ratio: number | undefined;
  readonly isReached: boolean | undefined;
} {
  const ceilings = rounds.flatMap(({ ceiling }) => ceiling ?? []);
  const ratios = rounds.flatMap(({ ours, ceiling }) => (ceiling === undefined ? [] : ours / ceiling));
  const ours = median(rounds.map((round) => round.ours));
  const ratio = ratios.length === 0 ? undefined : median(ratios);
  const judged = ratio ?? ours;
  const isReached =
    reach === undefined ? undefined : 'least' in reach ? judged >= reach.least : judged <= reach.most;
  return { ours, ceiling: ceilings.length === 0 ? undefined : median(ceilings), ratio, isReached };
}

/** Measures both sides one after the other, in so many rounds after one that does not count. */
export async function inTurn(
  rounds: number,
  { ours, ceiling }: { ours: () => Promise<number>; ceiling: () => Promise<number> },
): Promise<readonly Round[]> {
  const found: Round[] = [];
  for (let round = 0; round <= rounds; round += 1)
    found.push({ ours: await ours(), ceiling: await ceiling() });
  return found.slice(1);
}
