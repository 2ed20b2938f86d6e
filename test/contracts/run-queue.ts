import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { summaryOf } from '../../src/admin/view.ts';
import type { QueueHome } from '../../src/config/config.ts';
import type { DeliverNotice, Notice } from '../../src/notify/notice.ts';
import type { Backend } from '../../src/queue/backend.ts';
import { type Consumer, type ConsumerOptions, startConsumer } from '../../src/queue/consumer.ts';
import { createNoticeQueue } from '../../src/queue/notices.ts';
import { openBackend } from '../../src/queue/open-backend.ts';
import { createRunQueue } from '../../src/queue/producer.ts';
import { restoreSchedules, syncSchedules } from '../../src/queue/schedules.ts';
import type { Command } from '../../src/runs/command.ts';
import type { Perform, RunQueue, Tick } from '../../src/runs/queue-ports.ts';
import type { Run } from '../../src/runs/run.ts';
import { aCommand, aFullRun, aRun, ended } from '../queue/a-run.ts';
import { until } from '../support/until.ts';

/** A place for the queue to live in, for the length of a suite. */
export interface Home {
  open(): Promise<QueueHome>;
  /** Ends the lock on a job, as time does when a process sleeps. */
  unlock(jobId: string): Promise<void>;
  close(): Promise<void>;
}

const DAY = 86_400_000;
const finish: Perform = async (run) => ({ kind: 'done', run: ended(run) });

/** What every home of the queue must do alike. */
export function describeRunQueue(name: string, home: Home): void {
  describe(`run queue on ${name}`, () => {
    let backend: Backend;
    let queue: RunQueue;
    const consumers = new Set<Consumer>();
    /** Milliseconds for which our processes have slept. */
    let slept = 0;
    const errors: { readonly error: unknown; readonly runId: string | undefined }[] = [];

    beforeAll(async () => {
      backend = await openBackend(await home.open());
      queue = createRunQueue(backend, { retention: DAY });
    }, 20_000);
    afterEach(async () => {
      await Promise.all([...consumers].map((consumer) => consumer.close(0)));
      consumers.clear();
      errors.length = 0;
    });
    afterAll(async () => {
      await queue?.close();
      await home.close();
    }, 20_000);

    async function consume(
      perform: Perform,
      concurrency = 4,
      ticks?: ConsumerOptions['ticks'],
    ): Promise<Consumer> {
      const consumer = await startConsumer(backend, {
        perform,
        ...(ticks === undefined ? {} : { ticks }),
        concurrency,
        onError: (error, runId) => errors.push({ error, runId }),
        clock: () => Date.now() + slept,
      });
      consumers.add(consumer);
      return consumer;
    }
    const hasEnded = async (id: string): Promise<boolean> =>
      (await queue.find(id))?.finishedAt !== undefined && (await queue.depth()).active === 0;

    test('tells each time of a schedule once to one of its consumers, and forgets a schedule that is taken out', async () => {
      const ticks: Tick[] = [];
      const failures = [new Error('GitLab was away')];
      const every = {
        trigger: 'nightly',
        project: 'acme/web-shop',
        cron: '*/1 * * * * *',
        timezone: 'Europe/Berlin',
      };
      const onTick = async (tick: Tick) => {
        const failure = failures.pop();
        if (failure !== undefined) throw failure;
        ticks.push(tick);
      };
      await consume(finish, 4, { schedules: [every], onTick });
      await consume(finish, 4, { schedules: [every], onTick });
      await until('three times have come', () => ticks.length >= 3, { ms: 15_000 });
      await consume(finish, 4, { schedules: [], onTick });
      await sleep(1_200);
      const { length } = ticks;
      await sleep(1_500);
      expect(ticks.length).toBe(length);
      expect(ticks[0]).toMatchObject({ trigger: 'nightly', project: 'acme/web-shop' });
      const times = ticks.map(({ at }) => at);
      expect(new Set(times).size).toBe(times.length);
      for (const at of times) expect(at % 1_000).toBe(0);
      expect(errors.map(({ error }) => error)).toEqual([
        expect.objectContaining({ message: 'GitLab was away' }),
      ]);
      expect(await queue.list({ limit: 10 })).toEqual([]);
      expect(await queue.depth()).toMatchObject({ waiting: 0, active: 0, delayed: 0 });
    }, 40_000);

    test('goes by other schedules and duties from one moment to the next', async () => {
      const done: string[] = [];
      const every = { project: 'acme/web-shop', cron: '*/1 * * * * *', timezone: 'UTC' };
      const schedule = (trigger: string) => ({ ...every, trigger });
      const duty = (name: string, word: string) => ({
        name,
        every: DAY,
        work: async () => void done.push(word),
      });
      const onTick = async ({ trigger }: Tick) => void done.push(trigger);
      const times = (word: string) => done.filter((one) => one === word).length;
      const schedules = [schedule('morning')];
      const consumer = await consume(finish, 4, { schedules, onTick, duties: [duty('look', 'old look')] });
      await until('both were done', () => times('old look') === 1 && times('morning') > 0);
      await consumer.setRecurring({
        schedules: [schedule('evening')],
        duties: [duty('look', 'new look'), duty('tidy', 'tidy')],
      });
      await until(
        'all was done',
        () => times('evening') > 1 && times('new look') === 1 && times('tidy') === 1,
      );
      const mornings = times('morning');
      await sleep(1_500);
      expect(times('morning')).toBe(mornings);
      expect(times('old look')).toBe(1);
      expect(errors).toEqual([]);
      await consumer.setRecurring({ schedules: [], duties: [] });
    }, 40_000);

    test('has a duty done at once and ever again, by one of its consumers, also after it failed', async () => {
      const times: number[] = [];
      const start = async (every: number) => {
        const work = async () => {
          times.push(Date.now());
          if (times.length === 1) throw new Error('GitLab was away');
        };
        const consumer = await startConsumer(backend, {
          perform: finish,
          ticks: { schedules: [], onTick: async () => {}, duties: [{ name: 'look', every, work }] },
          concurrency: 4,
          onError: (error) => errors.push({ error, runId: undefined }),
          clock: Date.now,
        });
        consumers.add(consumer);
      };
      await start(3_600_000);
      await until('it was done at the start', () => times.length === 1);
      await start(3_600_000);
      await until('it was done at the next start', () => times.length === 2);
      await start(1_000);
      await start(1_000);
      await until('it was done some more times', () => times.length >= 7, { ms: 20_000 });
      // Four more than at the starts take about four intervals, however many there are to do it.
      expect((times.at(-1) ?? 0) - (times[2] ?? 0)).toBeGreaterThan(2_500);
      expect(errors.map(({ error }) => error)).toEqual([
        expect.objectContaining({ message: 'GitLab was away' }),
      ]);
      expect(await queue.list({ limit: 10 })).toEqual([]);
      await consume(finish, 4, { schedules: [], onTick: async () => {} });
      await sleep(1_500);
      const { length } = times;
      await sleep(1_500);
      expect(times.length).toBe(length);
    }, 40_000);

    test('sets its schedules once more where the home has lost them', async () => {
      const duty = { name: 'look', every: 3_600_000, work: async () => {} };
      const every = { trigger: 'nightly', project: 'acme/shop', cron: '0 6 * * *', timezone: 'UTC' };
      const recurring = { schedules: [every], duties: [duty] };
      const keys = async () => (await backend.queue.getJobSchedulers()).map(({ key }) => key).sort();
      await restoreSchedules(backend.queue, recurring);
      const whole = await keys();
      expect(whole).toHaveLength(2);
      await backend.queue.removeJobScheduler(whole[0] ?? '');
      expect(await keys()).toHaveLength(1);
      await restoreSchedules(backend.queue, recurring);
      expect(await keys()).toEqual(whole);
      await syncSchedules(backend.queue, { schedules: [], duties: [] });
      expect(await keys()).toEqual([]);
      // What was due before is nobody's any more.
      await consume(finish);
      await until('nothing is left', async () => (await queue.depth()).waiting === 0);
    });

    test('knows how old it is', async () => {
      const bornAt = await queue.bornAt();
      expect(Math.abs(Date.now() - bornAt)).toBeLessThan(600_000);
      await sleep(20);
      expect(await queue.bornAt()).toBe(bornAt);
    });

    test('tells each command once, again when it failed, and takes it for no run', async () => {
      const told: Command[] = [];
      const failures = [new Error('GitLab was away')];
      const consumer = await startConsumer(backend, {
        perform: finish,
        onCommand: async (command) => {
          const failure = failures.pop();
          if (failure !== undefined) throw failure;
          told.push(command);
        },
        concurrency: 4,
        onError: () => {},
        clock: () => Date.now() + slept,
      });
      consumers.add(consumer);
      const command = aCommand();
      await Promise.all([queue.addCommand(command), queue.addCommand(command)]);
      await until('the command is told', () => told.length > 0);
      await queue.addCommand(command);
      await sleep(300);
      expect(told).toEqual([command]);
      expect((await queue.list({ limit: 1_000 })).map(({ id }) => id)).not.toContain(command.id);
    });

    describe('notices', () => {
      async function deliver(onNotice: DeliverNotice): Promise<Consumer> {
        const clock = () => Date.now() + slept;
        const onError = (error: unknown) => errors.push({ error, runId: undefined });
        const consumer = await startConsumer(backend, {
          perform: finish,
          onNotice,
          concurrency: 4,
          onError,
          clock,
        });
        consumers.add(consumer);
        return consumer;
      }
      const notice = (): Notice => ({ receiver: 'chat: #1', summary: summaryOf(aFullRun(), 0) });
      const newNotice = (): Notice => {
        const { receiver, summary } = notice();
        return { receiver, summary: { ...summary, id: aRun().id } };
      };

      test('are delivered once for a receiver, run and state, again when that is wanted, and are no runs', async () => {
        const notices = createNoticeQueue(backend);
        const made = newNotice();
        const told: { readonly notice: Notice; readonly since: number }[] = [];
        await deliver(async (one, { since }) => {
          told.push({ notice: one, since });
          return told.length === 1 ? 400 : undefined;
        });
        await Promise.all([notices.add(made), notices.add(made)]);
        await until('it is told again', () => told.length === 2);
        await notices.add(made);
        await sleep(600);
        expect(told.map(({ notice: one }) => one)).toEqual([made, made]);
        expect(told[1]?.since).toBe(told[0]?.since);
        const other = { ...made, receiver: 'another' };
        await notices.add(other);
        await until('the other is told', () => told.length === 3);
        expect(told[2]?.notice).toEqual(other);
        expect((await queue.list({ limit: 1_000 })).map(({ id }) => id)).not.toContain(made.summary.id);
        expect(errors).toEqual([]);
      });

      test('that were not delivered when the process stopped are delivered by the next', async () => {
        const made = newNotice();
        let began = false;
        const first = await deliver(async (_one, { signal }) => {
          began = true;
          await new Promise((resolve) => signal.addEventListener('abort', resolve));
          return 300;
        });
        await createNoticeQueue(backend).add(made);
        await until('it is being told', () => began);
        await first.close(0);
        const told: Notice[] = [];
        await deliver(async (one) => {
          told.push(one);
          return undefined;
        });
        await until('it is told', () => told.length > 0);
        expect(told).toEqual([made]);
      });
    });

    test('gives a run back as it was put in', async () => {
      const run = aFullRun();
      expect(await queue.add(run)).toEqual({ duplicate: false });
      expect(await queue.find(run.id)).toEqual(run);
      const bare = aRun({ event: { ...aRun().event, happenedAt: undefined } });
      await queue.add(bare);
      expect(await queue.find(bare.id)).toEqual(bare);
      expect(await queue.find('unheard-of')).toBeUndefined();
    });

    test('lists runs that have not ended, however many, without those that have', async () => {
      const agent = `agent-${aRun().id}`;
      const over = aRun({ agent });
      const consumer = await consume(finish);
      await queue.add(over);
      await until('the run ends', () => hasEnded(over.id));
      await consumer.close(0);
      const waiting = Array.from({ length: 230 }, () => aRun({ agent }));
      for (const run of waiting) await queue.add(run);
      const where = (run: Run) => run.agent === agent;
      const ids = async (unfinished: boolean) =>
        (await queue.list({ limit: 1_000, where, unfinished })).map(({ id }) => id).sort();
      expect(await ids(true)).toEqual(waiting.map(({ id }) => id).sort());
      expect(await ids(false)).toEqual([over, ...waiting].map(({ id }) => id).sort());
      await consume(finish);
      await until(
        'all have ended',
        () => Promise.all(waiting.map(({ id }) => hasEnded(id))).then((all) => all.every(Boolean)),
        { ms: 15_000 },
      );
    }, 60_000);

    test('lists runs that ended since a time, without reading all that ended before', async () => {
      const agent = `agent-${aRun().id}`;
      const consumer = await consume(finish);
      const early = Array.from({ length: 230 }, () => aRun({ agent }));
      for (const run of early) await queue.add(run);
      const over = () => Promise.all(early.map(({ id }) => hasEnded(id))).then((all) => all.every(Boolean));
      await until('the early ones have ended', over, { ms: 30_000 });
      await sleep(20);
      const endedSince = Date.now();
      const late = aRun({ agent });
      await queue.add(late);
      await until('the late one ends', () => hasEnded(late.id));
      await consumer.close(0);
      const waiting = aRun({ agent });
      await queue.add(waiting);
      const seen = new Set<string>();
      const where = (run: Run) => {
        seen.add(run.id);
        return run.agent === agent;
      };
      const ids = (await queue.list({ limit: 1_000, where, endedSince })).map(({ id }) => id);
      expect(ids.sort()).toEqual([late.id, waiting.id].sort());
      expect(early.filter(({ id }) => seen.has(id))).toEqual([]);
      expect(await queue.list({ limit: 1_000, where })).toHaveLength(232);
      await consume(finish);
      await until('all have ended', () => hasEnded(waiting.id));
    }, 60_000);

    test('takes one of many adds of the same run', async () => {
      const run = aRun();
      const answers = await Promise.all(Array.from({ length: 20 }, () => queue.add(run)));
      expect(answers.filter(({ duplicate }) => !duplicate)).toHaveLength(1);
    });

    test('knows a finished run, and does not perform it again', async () => {
      const performed: string[] = [];
      await consume(async (run, tools) => {
        performed.push(run.id);
        return finish(run, tools);
      });
      const run = aRun();
      await queue.add(run);
      await until('the run ends', () => hasEnded(run.id));
      expect(await queue.add(run)).toEqual({ duplicate: true });
      await sleep(300);
      expect(performed.filter((id) => id === run.id)).toHaveLength(1);
    });

    test('tells the first add from later ones while a consumer is already at work', async () => {
      await consume(async (run, { save }) => {
        await save({ ...run, step: 'note' });
        return { kind: 'done', run: ended(run) };
      });
      for (let i = 0; i < 20; i++) {
        const run = aRun();
        const answers = await Promise.all([queue.add(run), queue.add(run)]);
        expect(answers.map(({ duplicate }) => duplicate).sort()).toEqual([false, true]);
      }
    });

    test('keeps texts that a store would refuse', async () => {
      const run = aRun();
      const odd = { ...run, event: { ...run.event, actor: { id: 1, username: 'x', name: 'a\0b\ud800c😀' } } };
      await queue.add(odd);
      expect((await queue.find(run.id))?.event.actor.name).toBe('a\uFFFDb\uFFFDc😀');
      const saved: string[] = [];
      await consume(async (one, { save }) => {
        if (one.id === run.id) await save({ ...one, trigger: 'nul \0' }).then(() => saved.push(one.id));
        return { kind: 'done', run: ended(one) };
      });
      await until('the run ends', () => hasEnded(run.id));
      expect(saved).toEqual([run.id]);
    });

    test('performs each run once with two consumers', async () => {
      const counts = new Map<string, number>();
      const perform: Perform = async (run, tools) => {
        counts.set(run.id, (counts.get(run.id) ?? 0) + 1);
        await sleep(5);
        return finish(run, tools);
      };
      await Promise.all([consume(perform, 10), consume(perform, 10)]);
      const runs = Array.from({ length: 60 }, () => aRun());
      await Promise.all(runs.map((run) => queue.add(run)));
      const all = async (): Promise<boolean> => {
        const { waiting, active } = await queue.depth();
        return waiting + active === 0;
      };
      await until('all runs end', all);
      expect(runs.map(({ id }) => counts.get(id))).toEqual(runs.map(() => 1));
    });

    test('takes a waiting run up again when its time has come', async () => {
      const times: number[] = [];
      await consume(async (run) => {
        times.push(Date.now());
        if (run.looks === 1) return { kind: 'done', run: ended(run) };
        return { kind: 'wait', run: { ...run, step: 'watch', looks: 1 }, at: Date.now() + 1_000 };
      });
      const run = aRun();
      await queue.add(run);
      await until('the run waits', async () => (await queue.depth()).delayed === 1);
      expect(await queue.find(run.id)).toMatchObject({ step: 'watch', looks: 1 });
      await until('the run ends', () => hasEnded(run.id));
      const [first = 0, second = 0] = times;
      expect(second - first).toBeGreaterThanOrEqual(990);
      expect(second - first).toBeLessThan(2_500);
    });

    test('wakes a waiting run, and nothing else', async () => {
      await consume(async (run) =>
        run.looks === 1
          ? { kind: 'done', run: ended(run) }
          : { kind: 'wait', run: { ...run, looks: 1 }, at: Date.now() + DAY },
      );
      const run = aRun();
      await queue.add(run);
      await until('the run waits', async () => (await queue.depth()).delayed === 1);
      await queue.wake(run.id);
      await until('the run ends', () => hasEnded(run.id), { ms: 2_000 });
      await queue.wake(run.id);
      await queue.wake('unheard-of');
      expect((await queue.depth()).delayed).toBe(0);
    });

    test('hands on what a wake told, until another comes', async () => {
      const settled = { id: 3, project: { id: 7, path: 'group/pro\0ject\uD800' }, status: 'success' };
      const told: unknown[] = [];
      await consume(async (run, tools) => {
        told.push(tools.settled);
        if (run.looks === 2) return { kind: 'done', run: ended(run) };
        // The first comes while the run is at work.
        if (run.looks === 0) await queue.wake(run.id, settled);
        return { kind: 'wait', run: { ...run, looks: run.looks + 1 }, at: Date.now() + DAY };
      });
      const run = aRun();
      await queue.add(run);
      await until(
        'the run waits again',
        async () => told.length === 2 && (await queue.depth()).delayed === 1,
      );
      await queue.wake(run.id);
      await until('the run ends', () => hasEnded(run.id), { ms: 2_000 });
      expect(told).toEqual([undefined, settled, undefined]);
    });

    test('does not lose a wake that comes while the run is at work', async () => {
      let looks = 0;
      await consume(async (run) => {
        looks += 1;
        if (run.looks === 1) return { kind: 'done', run: ended(run) };
        await queue.wake(run.id);
        return { kind: 'wait', run: { ...run, looks: 1 }, at: Date.now() + DAY };
      });
      const run = aRun();
      await queue.add(run);
      await until('the run ends', () => hasEnded(run.id), { ms: 4_000 });
      expect(looks).toBe(2);
    });

    test('keeps the first request to stop a run, wakes the run with it, and takes it for no run', async () => {
      const performed: string[] = [];
      await consume(async (run) => {
        performed.push(run.id);
        const request = await queue.stopOf(run.id);
        if (request === undefined) return { kind: 'wait', run, at: Date.now() + DAY };
        return { kind: 'done', run: { ...ended(run), outcome: { kind: 'cancelled', by: request.by } } };
      });
      const run = aRun();
      await queue.add(run);
      await until('the run waits', async () => (await queue.depth()).delayed === 1);
      expect(await queue.stopOf(run.id)).toBeUndefined();
      expect(await queue.stop(run.id, { by: 'ada', reason: 'on second\0thought' })).toBe('asked');
      await until('the run ends', () => hasEnded(run.id));
      expect(await queue.find(run.id)).toMatchObject({ outcome: { kind: 'cancelled', by: 'ada' } });
      expect(await queue.stop(run.id, { by: 'bob', reason: 'me too' })).toBe('over');
      expect(await queue.stopOf(run.id)).toEqual({ by: 'ada', reason: 'on second\uFFFDthought' });
      await until('the queue is idle', async () => (await queue.depth()).waiting === 0);
      expect(new Set(performed)).toEqual(new Set([run.id]));
      expect((await queue.list({ limit: 1_000 })).filter(({ id }) => id.includes(run.id))).toHaveLength(1);
      expect(errors).toEqual([]);
    });

    test('takes requests to stop for runs that nobody has taken up, and says for which there is nothing to stop', async () => {
      const run = aRun();
      await queue.add(run);
      expect(await queue.stop(run.id, { by: 'ada', reason: 'a' })).toBe('asked');
      expect(await queue.stop(run.id, { by: 'bob', reason: 'b' })).toBe('asked');
      expect(await queue.stopOf(run.id)).toEqual({ by: 'ada', reason: 'a' });
      const settled = aRun({ step: 'finish', outcome: { kind: 'no_changes' } });
      await queue.add(settled);
      expect(await queue.stop(settled.id, { by: 'ada', reason: 'a' })).toBe('over');
      expect(await queue.stop('unheard-of', { by: 'ada', reason: 'a' })).toBe('unknown');
      expect(await queue.stopOf('unheard-of')).toBeUndefined();
      await consume(finish);
      await until('both end', async () => (await hasEnded(run.id)) && hasEnded(settled.id));
    });

    test('wakes the run of a request whose process died before it could', async () => {
      await consume(async (run) => {
        if ((await queue.stopOf(run.id)) === undefined) return { kind: 'wait', run, at: Date.now() + DAY };
        return { kind: 'done', run: ended(run) };
      });
      const run = aRun();
      await queue.add(run);
      await until('the run waits', async () => (await queue.depth()).delayed === 1);
      const data = { stop: 1, runId: run.id, by: 'ada', reason: 'a' };
      await backend.queue.add('stop', data, { jobId: `stop-${run.id}` });
      await until('the run ends', () => hasEnded(run.id));
    });

    test('performs a run again after our own code threw', async () => {
      let calls = 0;
      await consume(async (run, { save }) => {
        calls += 1;
        if (calls > 1) return { kind: 'done', run: ended(run) };
        await save({ ...run, step: 'prepare' });
        throw new TypeError('a fault of ours');
      });
      const run = aRun();
      await queue.add(run);
      await until('the run ends', () => hasEnded(run.id));
      expect(errors).toEqual([{ error: new TypeError('a fault of ours'), runId: run.id }]);
      expect(await queue.find(run.id)).toMatchObject({ step: 'prepare' });
    });

    test('sets a run aside at which our own code always throws', async () => {
      await consume(async () => {
        throw new TypeError('a fault of ours');
      });
      const run = aRun();
      const { failed } = await queue.depth();
      await backend.queue.add('with-less-patience', run, { jobId: run.id, attempts: 3 });
      await until('the job fails', async () => (await queue.depth()).failed === failed + 1);
      expect(errors.map(({ runId }) => runId)).toEqual([run.id, run.id, run.id]);
      const outcome = { kind: 'failed', reason: 'a fault inside Beckon, see its log', job: undefined };
      expect(await queue.find(run.id)).toEqual({ ...run, outcome, finishedAt: expect.any(String) });
      expect(await queue.stop(run.id, { by: 'ada', reason: 'a' })).toBe('over');
      expect(await queue.add(run)).toEqual({ duplicate: true });
    });

    test('lets go of a run that was taken from it', async () => {
      const calls: string[] = [];
      await consume(async (run, { signal }) => {
        calls.push(run.id);
        if (calls.length > 1) return { kind: 'done', run: ended(run) };
        await sleep(60_000, undefined, { signal });
        return { kind: 'wait', run: { ...run, looks: 99 }, at: Date.now() };
      }, 1);
      const run = aRun();
      await queue.add(run);
      await until('the run is at work', () => calls.length === 1);
      await home.unlock(run.id);
      // '0' stands for whoever has the lock.
      await (await backend.queue.getJob(run.id))?.moveToWait('0');
      await until('the run ends', () => hasEnded(run.id));
      expect(calls).toEqual([run.id, run.id]);
      expect(await queue.find(run.id)).toMatchObject({ looks: 0 });
      expect(errors.filter(({ runId }) => runId !== undefined)).toEqual([]);
    });

    test('confirms that a run is its own until somebody else has it', async () => {
      const run = aRun();
      const answers: string[] = [];
      let isTaken = false;
      await consume(async (taken, { confirm, signal }) => {
        if (isTaken) return { kind: 'done', run: ended(taken) };
        const ask = async (): Promise<void> => {
          const isOurs = await confirm().then(
            () => true,
            () => false,
          );
          answers.push(`ours: ${isOurs}, given up: ${signal.aborted}`);
        };
        await ask();
        await until('another has it', () => isTaken);
        // The last word of the queue is old then.
        slept = 60_000;
        await ask();
        slept = 0;
        return { kind: 'wait', run: { ...taken, looks: 99 }, at: Date.now() };
      }, 1);
      await queue.add(run);
      await until('the run is at work', () => answers.length === 1);
      await home.unlock(run.id);
      await (await backend.queue.getJob(run.id))?.moveToWait('0');
      isTaken = true;
      await until('the run ends', () => hasEnded(run.id));
      expect(answers).toEqual(['ours: true, given up: false', 'ours: false, given up: true']);
      expect(await queue.find(run.id)).toMatchObject({ looks: 0 });
    });

    test('does not perform a run again that had ended when its process died', async () => {
      let isPerformed = false;
      await consume(async (run) => {
        isPerformed = true;
        return { kind: 'done', run };
      });
      await queue.add(aFullRun());
      const isIdle = async (): Promise<boolean> => {
        const { waiting, active } = await queue.depth();
        return waiting + active === 0;
      };
      await until('the job ends', isIdle);
      expect(isPerformed).toBe(false);
    });

    test('keeps what it cannot read for a newer program, and sets it aside after a day', async () => {
      const run = aRun();
      const { failed } = await queue.depth();
      await backend.queue.add('of-a-newer-program', { ...run, version: 2 }, { jobId: run.id, attempts: 3 });
      await consume(finish);
      await until('the job waits', async () => (await queue.depth()).delayed === 1);
      await backend.queue.add(
        'of-a-newer-program',
        { ...run, id: 'old', version: 2 },
        { jobId: 'old', timestamp: Date.now() - 2 * DAY },
      );
      await until('the old job fails', async () => (await queue.depth()).failed === failed + 1);
      expect(errors.pop()).toMatchObject({ error: { code: 'run_unreadable' }, runId: 'old' });
      expect(errors).toMatchObject([{ error: { code: 'run_unreadable' }, runId: run.id }]);
      expect(await backend.queue.getJob(run.id)).toMatchObject({ data: { version: 2 } });
      await expect(queue.find(run.id)).rejects.toMatchObject({ code: 'run_unreadable' });
      const newer = await backend.queue.getJob(run.id);
      await newer?.updateData({ ...run, version: 1 });
      await newer?.promote();
      await until('a program that can read it ends it', () => hasEnded(run.id));
    });

    test('tells how often work on a run was cut off, and keeps what a newer program added to it', async () => {
      const told: number[] = [];
      await consume(async (run, { interruptions }) => {
        told.push(interruptions);
        if (told.length < 3) throw new Error('a fault of ours');
        return { kind: 'done', run: ended(run) };
      });
      const run = aRun();
      await backend.queue.add(
        'of-a-newer-program',
        { ...run, colour: 'blue' },
        { jobId: run.id, attempts: 9 },
      );
      await until('the run ends', () => hasEnded(run.id));
      expect(told).toEqual([0, 1, 2]);
      expect(await backend.queue.getJob(run.id)).toMatchObject({ data: { colour: 'blue' } });
    });

    test('lets runs under way end when it closes', async () => {
      let isAtWork = false;
      const consumer = await consume(async (run, tools) => {
        isAtWork = true;
        await sleep(600);
        return finish(run, tools);
      });
      const run = aRun();
      await queue.add(run);
      await until('the run is at work', () => isAtWork);
      await consumer.close(5_000);
      expect(await queue.find(run.id)).toMatchObject({ outcome: { kind: 'no_changes' } });
      expect(await queue.depth()).toMatchObject({ active: 0, waiting: 0 });
    });

    test('puts a run back that does not end in time', async () => {
      const consumer = await consume(async (run, { save, signal }) => {
        await save({ ...run, step: 'pipeline' });
        await sleep(60_000, undefined, { signal });
        return { kind: 'done', run: ended(run) };
      });
      const run = aRun();
      await queue.add(run);
      await until('the run is saved', async () => (await queue.find(run.id))?.step === 'pipeline');
      const start = Date.now();
      await consumer.close(200);
      expect(Date.now() - start).toBeLessThan(3_000);
      expect(await queue.depth()).toMatchObject({ active: 0, waiting: 1 });

      const steps: string[] = [];
      await consume(async (again, tools) => {
        steps.push(again.step);
        return finish(again, tools);
      });
      await until('the run ends', () => hasEnded(run.id), { ms: 3_000 });
      expect(steps).toEqual(['pipeline']);
      expect(errors).toEqual([]);
    });

    test('keeps a run that stops at its own wish when it closes', async () => {
      let isAtWork = false;
      const consumer = await consume(async (run, { signal }) => {
        isAtWork = true;
        await sleep(60_000, undefined, { signal }).catch(() => {});
        return { kind: 'wait', run: { ...run, looks: run.looks + 1 }, at: Date.now() };
      });
      const run = aRun();
      await queue.add(run);
      await until('the run is at work', () => isAtWork);
      await consumer.close(0);
      expect(await queue.find(run.id)).toMatchObject({ looks: 1 });
      expect(await queue.depth()).toMatchObject({ active: 0, delayed: 1 });
      await consume(finish);
      await until('the run ends', () => hasEnded(run.id), { ms: 3_000 });
    });

    test('lists the newest first, and counts', async () => {
      const at = (second: number): string => new Date(Date.UTC(2030, 0, 1, 0, 0, second)).toISOString();
      const [first, second, third] = [
        aRun({ createdAt: at(1) }),
        aRun({ createdAt: at(2) }),
        aRun({ createdAt: at(3) }),
      ];
      const before = await queue.depth();
      for (const run of [second, first, third]) await queue.add(run);
      expect(await queue.list({ limit: 2 })).toEqual([third, second]);
      expect(await queue.list({ limit: 0 })).toEqual([]);
      expect((await queue.depth()).waiting).toBe(before.waiting + 3);
      await consume(async (run) =>
        run.id === second.id
          ? { kind: 'wait', run, at: Date.now() + DAY }
          : { kind: 'done', run: ended(run) },
      );
      await until('one waits', async () => (await queue.depth()).delayed === 1 && hasEnded(third.id));
      expect((await queue.list({ limit: 3 })).map(({ id }) => id)).toEqual([third.id, second.id, first.id]);
    });

    test('finds what is asked for among many runs that ended since', async () => {
      await consume(finish, 20);
      const wanted = aRun({ agent: 'needle' });
      await queue.add(wanted);
      await until('the run ends', () => hasEnded(wanted.id));
      for (let added = 0; added < 120; added += 10) {
        await Promise.all(Array.from({ length: 10 }, () => queue.add(aRun())));
      }
      const isIdle = async (): Promise<boolean> => {
        const { waiting, active } = await queue.depth();
        return waiting + active === 0;
      };
      await until('all end', isIdle, { ms: 50_000 });
      const where = ({ agent }: Run) => agent === 'needle';
      expect((await queue.list({ limit: 5, where })).map(({ id }) => id)).toEqual([wanted.id]);
    }, 60_000);

    test('answers', async () => {
      await queue.ping();
      expect(await backend.warnings()).toEqual([]);
    });

    test('takes as much of a burst as there is time for, and answers all in time', async () => {
      const began = Date.now();
      const burst = Array.from({ length: 4_000 }, () => queue.add(aRun()));
      const taken = await Promise.allSettled(burst);
      expect(Date.now() - began).toBeLessThan(10_000);
      const ids = taken.filter(({ status }) => status === 'fulfilled').length;
      // All at once would share the time for one, and none would be done.
      expect(ids).toBeGreaterThan(200);
      await consume(finish, 50);
      await until('all are done', async () => (await queue.depth()).waiting === 0, { ms: 50_000 });
    }, 80_000);
  });
}
