import { setTimeout as sleep } from 'node:timers/promises';
import { mention } from '../builders/events.ts';
import type { Round, Row, Scenario } from './row.ts';
import { benchRun, openScene, type Scene } from './runs-scene.ts';

const DELAY_MS = 50;
/** Requests of such a run, of which context and item are asked for at the same time: so many follow one another. */
const IN_A_ROW = 11;
/** Runs under way for each that can be stepped: some of them wait for their pipeline. */
const AHEAD = 3;
/** What runs for days is compiled; what has just begun is not. */
const WARM_MS = 12_000;
const MEASURED_MS = 6_000;

const CASES = [
  { concurrency: 10, least: 0.9 },
  { concurrency: 100, least: 0.85 },
] as const;

/** What the steps of a run cost beside the requests to GitLab. */
export const runs: Scenario = {
  name: 'runs',
  about: `Whole runs on Redis (AOF everysec) against a GitLab that answers each request in ${DELAY_MS} ms; the ceiling is what requests that follow one another allow. Three rounds.`,
  async measure({ rounds, say }) {
    const found = CASES.map((): Round[] => []);
    for (let round = 0; round < Math.min(rounds, 3); round += 1) {
      for (const [index, { concurrency }] of CASES.entries()) {
        const ceiling = (concurrency * 1_000) / (IN_A_ROW * DELAY_MS);
        const ours = await oneRound(concurrency);
        say(`${concurrency} at once: ${ours.toFixed(1)} of ${ceiling.toFixed(1)} runs/s`);
        found[index]?.push({ ours, ceiling });
      }
    }
    return CASES.map(
      ({ concurrency, least }, index): Row => ({
        what: `whole runs, ${concurrency} stepped at once`,
        unit: 'runs/s',
        rounds: found[index] ?? [],
        reach: { least },
      }),
    );
  },
};

async function oneRound(concurrency: number): Promise<number> {
  const scene = await openScene({ home: 'redis', concurrency, gitlab: { delay: DELAY_MS } });
  try {
    return await rate(scene, AHEAD * concurrency);
  } finally {
    await scene.close();
  }
}

/** Runs that end in a second, while so many are under way all the time. */
async function rate({ queue, gitlab }: Scene, underWay: number): Promise<number> {
  let added = 0;
  let ended = 0;
  let isOver = false;
  const work = new Set<Promise<unknown>>();
  /** What is asked of the queue meanwhile ends before it is closed. */
  const ask = (asked: Promise<unknown>) => {
    const asking = asked.finally(() => work.delete(asking));
    work.add(asking);
  };
  const add = () => {
    added += 1;
    ask(queue.add(benchRun(added)));
  };
  gitlab.told.on('pipeline', (run, id) => {
    if (!isOver) ask(queue.wake(run, { id, project: mention().project, status: 'success' }));
  });
  gitlab.told.on('ended', (run, says) => {
    if (!says.includes('has finished')) throw new Error(`the run ${run} says ${says}`);
    ended += 1;
    if (!isOver) add();
  });
  for (let count = 0; count < underWay; count += 1) add();
  await sleep(WARM_MS);
  const before = { ended, at: performance.now() };
  await sleep(MEASURED_MS);
  const seconds = (performance.now() - before.at) / 1_000;
  const found = (ended - before.ended) / seconds;
  isOver = true;
  await Promise.all(work);
  return found;
}
