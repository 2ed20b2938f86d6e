import { describe, expect, it } from 'vitest';
import { Failure } from '../../src/runs/failures.ts';
import { MAX_ENTRIES, withEntry } from '../../src/runs/history.ts';
import type { Run } from '../../src/runs/run.ts';
import { aRun } from '../queue/a-run.ts';

const MINUTE = 60_000;

describe('the time line of a run', () => {
  it('says what happened when, in which step, and what GitLab said', () => {
    const error = new Failure('starting the pipeline', { kind: 'transient', detail: '502\nBad Gateway' });
    const run = withEntry(aRun({ step: 'pipeline' }), { at: MINUTE, what: 'retrying', error });
    expect(run.history).toEqual([
      {
        at: '1970-01-01T00:01:00.000Z',
        what: 'retrying',
        step: 'pipeline',
        detail: 'starting the pipeline: 502 Bad Gateway',
        times: 1,
      },
    ]);
  });

  it('keeps the words of other errors to itself', () => {
    const run = withEntry(aRun(), { at: 0, what: 'gave up', error: new TypeError('token is glpat-secret') });
    expect(JSON.stringify(run.history)).not.toContain('glpat-secret');
    expect(run.history?.[0]?.detail).toBe('a fault inside Beckon, see its log');
  });

  it('counts what happens again, unless something else came between', () => {
    let run: Run = aRun({ step: 'watch' });
    for (const [at, what] of ['waiting', 'waiting', 'waiting', 'retrying', 'waiting'].entries())
      run = withEntry(run, { at: at * MINUTE, what });
    expect(run.history?.map(({ at, what, times }) => [at.slice(14, 16), what, times])).toEqual([
      ['00', 'waiting', 3],
      ['03', 'retrying', 1],
      ['04', 'waiting', 1],
    ]);
  });

  it('folds the middle of a long one, and counts what it leaves out', () => {
    let run: Run = aRun({ step: 'watch' });
    for (let at = 0; at < 200; at += 1) run = withEntry(run, { at: at * MINUTE, what: `entry ${at}` });
    const history = run.history ?? [];
    expect(history).toHaveLength(MAX_ENTRIES);
    expect(history.slice(0, 20).map(({ what }) => what)).toEqual(
      Array.from({ length: 20 }, (_, at) => `entry ${at}`),
    );
    expect(history[20]).toMatchObject({ what: 'left out', at: new Date(20 * MINUTE).toISOString() });
    expect(history.at(-1)?.what).toBe('entry 199');
    expect(history.reduce((sum, { times }) => sum + times, 0)).toBe(200);
  });
});
