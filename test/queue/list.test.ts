import { expect, test } from 'vitest';
import type { Backend, RunJob } from '../../src/queue/backend.ts';
import { createRunQueue } from '../../src/queue/producer.ts';
import type { Run } from '../../src/runs/run.ts';
import { aRun, ended } from './a-run.ts';

type State = 'waiting' | 'active' | 'delayed' | 'completed';
const NEXT = { waiting: 'active', active: 'delayed', delayed: 'waiting' } as const;

interface Kept {
  run: Run;
  state: State;
}

/** A queue that is asked for one state after the other, and in which something may happen after each question. */
function queueOf(kept: readonly Kept[], afterEach: (question: number) => void) {
  let question = 0;
  const asked = <T>(answer: T): T => {
    afterEach(question++);
    return answer;
  };
  const queue = {
    getRanges: async (states: readonly State[], start: number, end: number) => [
      ...new Set(
        states.flatMap((state) => {
          const there = kept.filter((job) => job.state === state);
          return asked(there.slice(start, end + 1).map(({ run }) => run.id));
        }),
      ),
    ],
    getJob: async (id: string) => {
      const job = kept.find(({ run }) => run.id === id);
      if (job === undefined) return undefined;
      const finishedOn = job.state === 'completed' ? Date.now() : undefined;
      return asked({ data: job.run, finishedOn } as RunJob);
    },
  };
  return createRunQueue({ queue } as unknown as Backend, { retention: 86_400_000 });
}

const QUESTIONS = 7;

test.each(['waiting', 'active', 'delayed'] as const)(
  'a run that is %s is found however it moves on meanwhile',
  async (state) => {
    for (let first = 0; first < QUESTIONS; first += 1) {
      for (let second = first; second < QUESTIONS; second += 1) {
        for (const isEnd of [false, true]) {
          const job: Kept = { run: aRun(), state };
          const list = queueOf([job], (question) => {
            if (question === first && job.state !== 'completed') job.state = NEXT[job.state];
            if (question !== second || job.state === 'completed') return;
            // Only who is at work comes to an end.
            job.state = isEnd && job.state === 'active' ? 'completed' : NEXT[job.state];
            if (job.state === 'completed') job.run = ended(job.run);
          });
          const found = await list.list({ limit: 10 });
          expect(
            found.map(({ id }) => id),
            `moves after ${first} and ${second}`,
          ).toEqual([job.run.id]);
        }
      }
    }
  },
);

test('none of many is passed over when others leave before them, nor read as unfinished once it has ended', async () => {
  const kept = Array.from({ length: 250 }, (): Kept => ({ run: aRun(), state: 'delayed' }));
  let left = 0;
  const list = queueOf(kept, (question) => {
    const job = kept[left];
    if (question < 120 || job === undefined || left === 40) return;
    left += 1;
    job.state = 'completed';
    job.run = ended(job.run);
  });
  const found = new Set((await list.list({ limit: 1_000, unfinished: true })).map(({ id }) => id));
  for (const { run, state } of kept) {
    if (state === 'delayed') expect(found.has(run.id)).toBe(true);
  }
  expect(left).toBe(40);
});

test('what has ended by the time that it is read is not unfinished', async () => {
  const job: Kept = { run: aRun(), state: 'active' };
  const list = queueOf([job], (question) => {
    if (question === 4) job.state = 'completed';
  });
  expect(await list.list({ limit: 10, unfinished: true })).toEqual([]);
});
