import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { CALL_KINDS, CHANGE_KINDS } from '../../src/config/config.ts';
import { type RunData, readRun } from '../../src/queue/run-data.ts';
import { storable } from '../../src/queue/storable.ts';
import type { Outcome, Run } from '../../src/runs/run.ts';
import { aFullRun, aRun } from './a-run.ts';

type DeepReadonly<T> = T extends object ? { readonly [K in keyof T]: DeepReadonly<T[K]> } : T;
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

// A field that is added to the run and not to the schema would be dropped in silence: then this does not compile.
const schemaIsTheType: Same<DeepReadonly<z.output<typeof RunData>>, DeepReadonly<Run>> = true;

/** What the store gives back. */
const stored = (run: unknown): unknown => JSON.parse(JSON.stringify(run));

describe('a run in the queue', () => {
  test('comes back as it was, whatever of it is there', () => {
    expect(schemaIsTheType).toBe(true);
    const { event } = aRun();
    const resource = {
      iid: 3,
      title: 'Basket',
      url: 'u',
      type: 'merge_request',
      sourceBranch: 'fix',
      targetBranch: 'main',
      sourceProjectId: undefined,
    } as const;
    const { project, actor, happenedAt, confidential, input } = event;
    const rest = { project, resource, actor, happenedAt, confidential, input };
    const outcomes: readonly Outcome[] = [
      { kind: 'merge_request', iid: 1, url: 'u' },
      { kind: 'merge_request', iid: 1, url: 'u', size: { files: 1 } },
      { kind: 'merge_request', iid: 1, url: 'u', size: { files: 1, lines: { added: 2, removed: 3 } } },
      { kind: 'failed', reason: 'r', job: { id: 4, name: 'agent', url: 'u' } },
      { kind: 'merge_request', iid: 1, url: 'u', updated: true },
      { kind: 'branch', name: 'b' },
      { kind: 'no_changes' },
      { kind: 'failed', reason: 'r', job: undefined },
      { kind: 'not_started', error: 'e' },
      { kind: 'refused', error: 'e', silent: true },
      { kind: 'cancelled', by: undefined },
      { kind: 'timed_out' },
    ];
    const runs: readonly Run[] = [
      aRun(),
      aFullRun(),
      aRun({ flow: null }),
      ...CALL_KINDS.map((kind) => aRun({ event: { ...rest, kind, accounts: ['claude-bot'] } })),
      ...CHANGE_KINDS.map((kind) => aRun({ event: { ...rest, kind, action: 'a', mark: 'm' } })),
      aRun({ event: { ...rest, resource: undefined, kind: 'pipeline_hooks', action: 'failed', mark: '7' } }),
      ...[undefined, 4].map((mergeRequest) => {
        const earlier = { pipelineId: 3, mergeRequest };
        return aRun({ branch: { name: 'workloads/x', commitId: 'abc', target: 'main', earlier } });
      }),
      ...outcomes.map((outcome) => aRun({ outcome })),
    ];
    for (const run of runs) expect(readRun(stored(run))).toEqual(run);
  });

  test('is refused with the place of the fault when it is broken', () => {
    const broken = { ...aRun(), step: 'dance' };
    expect(() => readRun(broken)).toThrow(/Could not read a run from the queue: .*step/s);
    expect(() => readRun('nonsense')).toThrow(/version undefined/);
    expect(() => readRun({ ...aRun(), version: 2 })).toThrow(/version 2, and this program knows version 1/);
  });
});

describe('storable', () => {
  test('replaces what PostgreSQL refuses, and nothing else', () => {
    expect(storable({ a: ['x\0y', '\ud83d', '\ude00', '😀', '\u0001\u2028é'] })).toEqual({
      a: ['x\uFFFDy', '\uFFFD', '\uFFFD', '😀', '\u0001\u2028é'],
    });
  });

  test('always gives text that is well formed', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 0, max: 0xffff }), (text, unit) => {
        const [kept] = storable([text + String.fromCharCode(unit) + text]);
        expect(kept).not.toMatch(/[\0\p{Surrogate}]/u);
        expect(storable([kept])).toEqual([kept]);
      }),
    );
  });
});
