import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { QueueHome } from '../../src/config/config.ts';
import type { Backend } from '../../src/queue/backend.ts';
import { type Consumer, startConsumer } from '../../src/queue/consumer.ts';
import { openBackend } from '../../src/queue/open-backend.ts';
import { createRunQueue } from '../../src/queue/producer.ts';
import { createTurns, type TurnKeeper } from '../../src/queue/turns.ts';
import type { RunQueue } from '../../src/runs/queue-ports.ts';
import type { Run } from '../../src/runs/run.ts';
import { aRun, ended } from '../queue/a-run.ts';
import { until } from '../support/until.ts';
import type { Home } from './run-queue.ts';

const DAY = 86_400_000;
const LIMITS = { global: 3, perProject: 100, perAgent: 100, perUser: 100 };

/** What the turns must do alike on every home; `apart`: several processes can be on it. */
export function describeTurns(name: string, home: Home, { apart }: { apart: boolean }): void {
  describe(`turns on ${name}`, () => {
    let where: QueueHome;
    /** Two ways to the same home. */
    let backends: readonly [Backend, Backend];
    let queue: RunQueue;
    let waiting = 0;
    const stopped: string[] = [];
    const errors: unknown[] = [];
    const keepers: TurnKeeper[] = [];
    const consumers: Consumer[] = [];
    let lastIssue = 0;

    beforeAll(async () => {
      where = await home.open();
      const first = await openBackend(where);
      backends = [first, apart ? await openBackend(where) : first];
      queue = createRunQueue(first, { retention: DAY });
    }, 30_000);
    afterEach(async () => {
      await Promise.all(consumers.splice(0).map((consumer) => consumer.close(0)));
      await Promise.all(keepers.splice(0).map((keeper) => keeper.close()));
      for (const list of [stopped, errors]) list.length = 0;
      await backends[0].text('turns').update(() => JSON.stringify({ version: 1, active: [], waiting: [] }));
    });
    afterAll(async () => {
      for (const backend of new Set(backends ?? [])) await backend.close();
      await home.close();
    }, 30_000);

    function keep(backend = backends[0], limits = LIMITS): TurnKeeper {
      const keeper = createTurns(backend, {
        queue: {
          wake: (id) => queue.wake(id),
          find: (id) => queue.find(id),
          stop: async (id) => {
            stopped.push(id);
            return 'asked';
          },
        },
        limits,
        onWaiting: (all) => {
          waiting = all.length;
        },
        onError: (error) => errors.push(error),
      });
      keepers.push(keeper);
      return keeper;
    }
    /** A run on an issue of its own. */
    function newRun(changes: Partial<Run> = {}, issue = 0): Run {
      const run = aRun();
      const resource = run.event.resource;
      if (resource === undefined) throw new Error('the run has an issue');
      lastIssue += 1;
      return {
        ...run,
        ...changes,
        event: { ...run.event, resource: { ...resource, iid: issue || lastIssue } } as Run['event'],
      };
    }
    const ids = async (): Promise<readonly string[]> => {
      let active: readonly { readonly id: string }[] = [];
      await backends[1].text('turns').update((text = '') => {
        ({ active } = JSON.parse(text));
        return text;
      });
      return active.map(({ id }) => id);
    };

    test('never give more than there are to many who race, and come to all of them', async () => {
      const both = backends.map((backend) => keep(backend));
      // These runs are in no queue: a sweep under way would take their turns for those of runs that are gone.
      await Promise.all(both.map((keeper) => keeper.sweep()));
      const runs = Array.from({ length: 60 }, () => newRun());
      const ask = (run: Run, index: number) => both[index % 2]?.request(run, 'queue');
      const answers = await Promise.all(runs.map(ask));
      expect(answers.filter((answer) => answer?.kind === 'granted')).toHaveLength(LIMITS.global);
      const had = new Set(await ids());
      for (let round = 0; had.size < runs.length && round < 60; round += 1) {
        const active = await ids();
        expect(active).toHaveLength(Math.min(LIMITS.global, active.length));
        await Promise.all(active.map((id, index) => both[index % 2]?.release(id)));
        for (const id of await ids()) had.add(id);
      }
      expect(had.size).toBe(runs.length);
      expect(errors).toEqual([]);
    });

    test('wake the runs whose turn has come', async () => {
      const [first, second] = backends.map((backend) => keep(backend));
      let atWork = 0;
      let most = 0;
      for (const [backend, keeper] of [
        [backends[0], first],
        [backends[1], second],
      ] as const) {
        const consumer = await startConsumer(backend, {
          perform: async (run) => {
            const answer = await keeper?.request(run, 'queue');
            if (answer?.kind !== 'granted')
              return { kind: 'wait', run: { ...run, step: 'turn' }, at: Date.now() + DAY };
            atWork += 1;
            most = Math.max(most, atWork);
            await new Promise((resolve) => setTimeout(resolve, 20));
            atWork -= 1;
            await keeper?.release(run.id);
            return { kind: 'done', run: ended(run) };
          },
          concurrency: 10,
          onError: (error) => errors.push(error),
          clock: Date.now,
        });
        consumers.push(consumer);
      }
      const before = (await queue.depth()).completed;
      const runs = Array.from({ length: 30 }, () => newRun());
      for (const run of runs) await queue.add(run);
      await until('all have ended', async () => (await queue.depth()).completed - before === 30, {
        ms: 60_000,
      });
      expect(most).toBeGreaterThan(1);
      expect(most).toBeLessThanOrEqual(LIMITS.global);
      expect(await ids()).toEqual([]);
      expect(waiting).toBe(0);
      expect(errors).toEqual([]);
    }, 90_000);

    test('are taken from runs that are over or gone, and told again to those that did not hear', async () => {
      const keeper = keep();
      await keeper.sweep();
      const [gone, over, next, last] = [
        newRun(),
        newRun(),
        newRun({ step: 'turn' }),
        newRun({ step: 'turn' }),
      ];
      const slow = keep(backends[1], { ...LIMITS, global: 2 });
      for (const run of [gone, over]) await slow.request(run, 'queue');
      await queue.add(over);
      for (const run of [next, last]) expect((await slow.request(run, 'queue')).kind).toBe('wait');
      const woken: string[] = [];
      consumers.push(
        await startConsumer(backends[0], {
          perform: async (run) => {
            if (run.id === over.id) return { kind: 'done', run: ended(run) };
            woken.push(run.id);
            return { kind: 'wait', run, at: Date.now() + DAY };
          },
          concurrency: 4,
          onError: (error) => errors.push(error),
          clock: Date.now,
        }),
      );
      for (const run of [next, last]) await queue.add(run);
      await until('one is over, two wait', async () => {
        return woken.length === 2 && (await queue.find(over.id))?.finishedAt !== undefined;
      });
      await until('nobody is at work', async () => (await queue.depth()).active === 0);
      await slow.sweep();
      expect((await ids()).toSorted()).toEqual([next.id, last.id].toSorted());
      await until('both are woken', () => woken.length >= 4);
      const before = woken.length;
      await slow.sweep();
      await until('both are woken again', () => woken.length >= before + 2);
    }, 40_000);

    test('say which run is in the way, and stop those that are to be replaced', async () => {
      const keeper = keep();
      const [first, second, third] = [newRun({}, 7_000), newRun({}, 7_000), newRun({}, 7_000)];
      await queue.add(first);
      await keeper.request(first, 'queue');
      expect(await keeper.request(second, 'refuse')).toEqual({ kind: 'busy', by: first });
      expect(await keeper.request(third, 'replace')).toMatchObject({ kind: 'wait', replaces: [first.id] });
      expect(stopped).toEqual([first.id]);
    });

    test('are left alone by a program that cannot read them', async () => {
      const text = JSON.stringify({ version: 2, holders: [] });
      await backends[0].text('turns').update(() => text);
      const refusal = keep().request(newRun(), 'queue');
      await expect(refusal).rejects.toMatchObject({
        name: 'Failure',
        kind: 'transient',
        detail: expect.stringMatching(/Could not read/),
      });
      let now: string | undefined;
      await backends[1].text('turns').update((kept = '') => {
        now = kept;
        return kept;
      });
      expect(now).toBe(text);
    });

    // One process alone can be on the embedded queue.
    if (!apart) return;
    test('are there for several processes that start at once, and stay when all end', async () => {
      await keep().request(newRun({ id: 'stays' }), 'queue');
      const more = await Promise.all(Array.from({ length: 4 }, () => openBackend(where)));
      const seen = await Promise.all(
        more.map(async (backend) => {
          let text = '';
          await backend.text('turns').update((kept = '') => {
            text = kept;
            return kept;
          });
          await backend.close();
          return text;
        }),
      );
      for (const text of seen) expect(text).toContain('"stays"');
    }, 30_000);
  });
}
