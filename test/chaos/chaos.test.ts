import { expect, it } from 'vitest';
import { describeWith } from '../support/needs.ts';
import { HOMES } from './homes.ts';
import { play } from './play.ts';
import { scheduleOf } from './schedule.ts';
import { tableOf } from './table.ts';

const SEED = 206;
const SECONDS = 16;

describeWith(['redis-server'], 'in chaos', () => {
  it.concurrent.each(HOMES)(
    'nothing is lost and nothing is done twice: %s',
    async (home) => {
      const played = await play({ home, seed: SEED, seconds: SECONDS, rate: 2, calm: 1, patience: 120_000 });
      console.log(tableOf([{ home, seed: SEED, seconds: SECONDS, ...played }]));
      const { lost, double, wrong } = played;
      expect({ lost, double, wrong }).toEqual({ lost: [], double: [], wrong: [] });
    },
    240_000,
  );

  it('is the same for the same seed, and another for another', () => {
    const of = (seed: number) => scheduleOf({ seed, seconds: 60, rate: 2, calm: 1 });
    expect(of(1)).toEqual(of(1));
    expect(of(2)).not.toEqual(of(1));
  });
});
