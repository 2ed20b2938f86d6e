import { setTimeout as sleep } from 'node:timers/promises';
import { processUse } from '../support/process-use.ts';
import type { Round, Row, Scenario } from './row.ts';
import { benchRun, openScene, type Scene } from './runs-scene.ts';

const FILES = 500;
const COMMENTS = 2_000;
const DELAY_MS = 5;
const LOOK_MS = 20;

/** A run with very much to hand over. */
export const context: Scenario = {
  name: 'context',
  about: `One run on a merge request with ${FILES} changed files and ${COMMENTS} comments, on Redis: until its pipeline is asked for, what it takes of memory, and how long others wait meanwhile. Three rounds.`,
  async measure({ rounds, say }) {
    const found: Record<'seconds' | 'memory' | 'delay', Round[]> = { seconds: [], memory: [], delay: [] };
    for (let round = 0; round < Math.min(rounds, 3); round += 1) {
      const { seconds, memory, delay } = await oneRound();
      say(
        `${seconds.toFixed(2)} s, ${memory.toFixed()} MB at most, others wait ${delay.toFixed()} ms at most`,
      );
      found.seconds.push({ ours: seconds });
      found.memory.push({ ours: memory });
      found.delay.push({ ours: delay });
    }
    const rows: readonly Row[] = [
      { what: 'a run with a large context, until its pipeline', unit: 's', rounds: found.seconds },
      { what: "the process's memory at most", unit: 'MB', rounds: found.memory },
      { what: 'its longest hold of the process', unit: 'ms', rounds: found.delay, reach: { most: 50 } },
    ];
    return rows;
  },
};

async function oneRound() {
  const scene = await openScene({
    home: 'redis',
    gitlab: { delay: DELAY_MS, files: FILES, comments: COMMENTS },
  });
  try {
    // The first runs load and compile what the others use; those with a large context are what is measured.
    for (let number = 1; number <= 3; number += 1) await started(scene, number);
    return await measured(scene);
  } finally {
    await scene.close();
  }
}

async function measured(scene: Scene) {
  const { pid } = scene.beckon;
  let most = 0;
  let isOver = false;
  const watching = (async () => {
    for (; !isOver; await sleep(LOOK_MS)) most = Math.max(most, (await processUse(pid)).own.memory);
  })();
  await longestHold(scene);
  const began = performance.now();
  await started(scene, 4);
  const seconds = (performance.now() - began) / 1_000;
  const delay = await longestHold(scene);
  isOver = true;
  await watching;
  return { seconds, memory: most, delay };
}

/** Puts such a run into the queue, and resolves when its pipeline was made. */
async function started({ queue, gitlab }: Scene, number: number): Promise<void> {
  const pipeline = new Promise<void>((resolve) => gitlab.told.once('pipeline', () => resolve()));
  await queue.add(benchRun(number, { onMergeRequest: true }));
  await pipeline;
}

/** Milliseconds for which the program's event loop was held at most since this was asked the last time. */
async function longestHold({ beckon }: Scene): Promise<number> {
  const metrics = await (await fetch(`${beckon.address}/metrics`)).text();
  const [, seconds] = /^nodejs_eventloop_lag_max_seconds (\S+)$/m.exec(metrics) ?? [];
  if (seconds === undefined) throw new Error('the program says how long its event loop was held');
  return Number(seconds) * 1_000;
}
