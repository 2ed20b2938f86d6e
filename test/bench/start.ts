import type { Round, Row, Scenario } from './row.ts';
import { openScene } from './runs-scene.ts';

const HOMES = [
  { home: 'redis', most: 1.5 },
  { home: 'embedded', most: 3 },
] as const;

/** How long the program takes to begin. */
export const start: Scenario = {
  name: 'start',
  about:
    'From the start of `beckon serve` until it is ready; the embedded queue makes its database in that time.',
  async measure({ rounds, say }) {
    const found = HOMES.map((): Round[] => []);
    for (let round = 0; round < rounds; round += 1) {
      for (const [index, { home }] of HOMES.entries()) {
        const scene = await openScene({ home });
        await scene.close();
        const ours = scene.started / 1_000;
        say(`${home}: ${ours.toFixed(2)} s`);
        found[index]?.push({ ours });
      }
    }
    return HOMES.map(
      ({ home, most }, index): Row => ({
        what: `start to ready, ${home}`,
        unit: 's',
        rounds: found[index] ?? [],
        reach: { most },
      }),
    );
  },
};
