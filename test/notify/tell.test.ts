import { describe, expect, it } from 'vitest';
import type { Receiver } from '../../src/config/config.ts';
import type { Notice } from '../../src/notify/notice.ts';
import { createTelling } from '../../src/notify/tell.ts';
import type { Run } from '../../src/runs/run.ts';
import { receiver } from '../builders/receiver.ts';
import { aRun, ended } from '../queue/a-run.ts';

const ALL = new Set(['queued', 'starting', 'running', 'succeeded', 'failed', 'refused'] as const);
const pipeline = { id: 33, url: 'https://gitlab.test/p/33', createdAt: '2026-05-01T10:00:10Z' };
const history = [{ at: '2026-05-01T10:00:09.000Z', what: 'taken up', step: 'admit', times: 1 }] as const;

/** Performs a run through `states`, the last of which is given back. */
function setUp(receivers: readonly Receiver[], states: (run: Run) => readonly Run[]) {
  const happened: string[] = [];
  const notices = new Map<string, Notice>();
  const telling = createTelling({
    receivers,
    clock: () => Date.parse('2026-05-01T10:01:00Z'),
    notices: {
      async add(notice) {
        const name = `${notice.receiver} ${notice.summary.state}`;
        happened.push(`notice ${name}`);
        notices.set(name, notice);
      },
    },
    perform: async (start, { save }) => {
      const all = states(start);
      for (const run of all.slice(0, -1)) await save(run);
      return { kind: 'done', run: all.at(-1) ?? start };
    },
  });
  const perform = (run: Run) =>
    telling(run, {
      save: async ({ step }) => void happened.push(`saved ${step}`),
      confirm: async () => {},
      signal: new AbortController().signal,
      interruptions: 0,
    });
  return { perform, happened, notices };
}

const life = (run: Run): readonly Run[] => {
  const taken = { ...run, history };
  const started: Run = { ...taken, step: 'note' };
  const running: Run = { ...started, step: 'watch', pipeline };
  const over: Run = { ...running, step: 'deliver', outcome: { kind: 'no_changes' } };
  return [taken, started, { ...started, step: 'prepare' }, running, over, ended({ ...over, step: 'finish' })];
};

describe('a run', () => {
  it('tells of every state once, before it is saved in it, and of the end when all is done', async () => {
    const { perform, happened } = setUp([receiver({ states: ALL })], life);
    await perform(aRun());
    expect(happened).toEqual([
      'notice chat queued',
      'saved admit',
      'notice chat starting',
      'saved note',
      'saved prepare',
      'notice chat running',
      'saved watch',
      'saved deliver',
      'notice chat succeeded',
    ]);
  });

  it('that is taken up again tells of no state in which it was saved', async () => {
    const run = aRun();
    const [, , , running = run] = life(run);
    const { perform, happened } = setUp([receiver({ states: ALL })], () => life(run).slice(4));
    await perform(running);
    expect(happened).toEqual(['saved deliver', 'notice chat succeeded']);
  });

  it('of which the process died while it cleaned up tells of its end later', async () => {
    const run = aRun();
    const [, , , , over = run, end = run] = life(run);
    const { perform, happened } = setUp([receiver({ states: ALL })], () => [end]);
    await perform(over);
    expect(happened).toEqual(['notice chat succeeded']);
  });

  it('does not get on where it could not be put down that somebody is to be told', async () => {
    const { perform, happened } = setUp([receiver({ states: ALL })], life);
    happened.push = () => {
      throw new Error('the queue is away');
    };
    await expect(perform(aRun())).rejects.toThrow('the queue is away');
  });

  it.each<[string, Omit<Partial<Receiver>, 'url'>, boolean]>([
    ['its agent', { agents: new Set(['claude']) }, true],
    ['another agent', { agents: new Set(['codex']) }, false],
    ['its project', { projects: { patterns: [], match: (path) => path === 'acme/shop' } }, true],
    ['another project', { projects: { patterns: [], match: () => false } }, false],
    ['its state', { states: new Set(['succeeded']) }, true],
    ['another state', { states: new Set(['failed']) }, false],
  ])('is told of to who wants to know of %s: %j', async (_what, fields, isTold) => {
    const { perform, notices } = setUp([receiver({ states: new Set(['succeeded']), ...fields })], life);
    await perform(aRun());
    expect(notices.has('chat succeeded')).toBe(isTold);
  });

  it('is told of to each who wants to know, as it stood then', async () => {
    const { perform, notices } = setUp([receiver({ name: 'a', states: ALL }), receiver({ name: 'b' })], life);
    await perform(aRun());
    expect([...notices.keys()].filter((name) => name.startsWith('b'))).toEqual(['b succeeded']);
    expect(notices.get('a running')?.summary).toMatchObject({
      state: 'running',
      title: 'Basket',
      finishedAt: null,
    });
    expect(notices.get('a succeeded')?.summary).toMatchObject({ state: 'succeeded', result: 'no changes' });
  });

  it('that is confidential is told of without title and text', async () => {
    const run = aRun();
    const { perform, notices } = setUp([receiver({ states: ALL })], life);
    await perform({ ...run, event: { ...run.event, confidential: true } });
    expect(notices.size).toBe(4);
    expect(JSON.stringify([...notices.values()])).not.toMatch(/Basket|fix it/);
  });
});
