import { setTimeout as sleep } from 'node:timers/promises';
import { storable } from '../../src/queue/storable.ts';
import { claimOf } from '../../src/runs/claim.ts';
import type { Run } from '../../src/runs/run.ts';
import { processUse } from '../support/process-use.ts';
import type { Row, Scenario } from './row.ts';
import { benchRun, openScene, type Scene } from './runs-scene.ts';

const WAITING = 10_000;
const AT_ONCE = 200;
/** As long as it takes until all that is done ever again was done once. */
const LOOK_MS = 30_000;
/** Milliseconds after which Node has cleared away what a start leaves behind, and what many runs do. */
const SETTLE_MS = { start: 28_000, runs: 15_000 };
const HOUR = 3_600_000;

const HOMES = [
  { home: 'redis', memory: { reach: { most: 130 } } },
  { home: 'embedded', memory: {} },
] as const;

/** What the program takes of the machine while nothing happens. */
export const atRest: Scenario = {
  name: 'at-rest',
  about: `Beckon's own process while nothing happens, with an empty queue and with ${WAITING} runs that wait for their turn. One round.`,
  async measure({ say }) {
    const rows = await Promise.all(HOMES.map((one) => rowsOf(one, say)));
    return rows.flat();
  },
};

async function rowsOf(
  { home, memory }: (typeof HOMES)[number],
  say: (text: string) => void,
): Promise<readonly Row[]> {
  const rows: Row[] = [];
  const scene = await openScene({ home, active: 1 });
  try {
    for (const waiting of [0, WAITING]) {
      if (waiting > 0) await putIn(scene, waiting);
      const use = await useOf(scene, waiting > 0 ? SETTLE_MS.runs : SETTLE_MS.start);
      say(`${home}, ${waiting} waiting: ${use.percent.toFixed(2)} % of a core, ${use.memory.toFixed()} MB`);
      const what = `at rest, ${waiting} waiting runs, ${home}`;
      rows.push(
        { what, unit: '% of a core', rounds: [{ ours: use.percent }], reach: { most: 1 } },
        { what, unit: 'MB', rounds: [{ ours: use.memory }], ...memory },
      );
    }
  } finally {
    await scene.close();
  }
  return rows;
}

async function useOf(
  { beckon }: Scene,
  settle: number,
): Promise<{ readonly percent: number; readonly memory: number }> {
  await sleep(settle);
  const began = performance.now();
  const before = await processUse(beckon.pid);
  await sleep(LOOK_MS);
  const after = await processUse(beckon.pid);
  const seconds = (performance.now() - began) / 1_000;
  return { percent: (100 * (after.own.cpu - before.own.cpu)) / seconds, memory: after.own.memory };
}

/** Runs as they are while they wait for their turn, behind one that has it and follows its pipeline. */
async function putIn({ backend }: Scene, count: number): Promise<void> {
  const runs = Array.from({ length: count + 1 }, (_, index) => benchRun(index + 1));
  const [first, ...waiting] = runs;
  if (first === undefined) throw new Error('there is one at least');
  const pipeline = { id: 1, url: 'http://x/p/1', createdAt: new Date().toISOString() };
  const add = (run: Run) =>
    backend.queue.add('waiting', storable(run), { jobId: run.id, delay: HOUR, attempts: 60 });
  await add({ ...first, step: 'watch', pipeline });
  for (let start = 0; start < count; start += AT_ONCE) {
    await Promise.all(waiting.slice(start, start + AT_ONCE).map((run) => add({ ...run, step: 'turn' })));
  }
  const turns = { version: 1, active: [claimOf(first)], waiting: waiting.map(claimOf) };
  await backend.text('turns').update(() => JSON.stringify(turns));
}
