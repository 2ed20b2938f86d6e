import { createHash } from 'node:crypto';

/** Chance that a seed decides: the same seed gives the same numbers, on every machine. */
export interface Random {
  /** At least 0 and less than 1. */
  next(): number;
  /** A whole number of both bounds or between them. */
  between(least: number, most: number): number;
  pick<T>(list: readonly T[]): T;
  /** The list in another order. */
  shuffle<T>(list: readonly T[]): readonly T[];
}

/** A sequence of its own for each seed, so that drawing more from one changes no other. */
export function randomOf(seed: string): Random {
  let drawn = 0;
  const next = (): number => {
    drawn += 1;
    const digest = createHash('sha256').update(`${seed} ${drawn}`).digest();
    return digest.readUInt32BE(0) / 2 ** 32;
  };
  const between = (least: number, most: number): number => least + Math.floor(next() * (most - least + 1));
  return {
    next,
    between,
    pick: (list) => {
      const picked = list[between(0, list.length - 1)];
      if (picked === undefined) throw new Error('there is nothing to pick from');
      return picked;
    },
    shuffle: (list) =>
      list
        .map((entry) => ({ entry, at: next() }))
        .sort((a, b) => a.at - b.at)
        .map(({ entry }) => entry),
  };
}
