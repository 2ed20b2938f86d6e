import { describe, expect, it } from 'vitest';
import { type RunFilter, runMatches } from '../../src/runs/filter.ts';
import { aFullRun, aRun } from '../queue/a-run.ts';

const queued = aRun({ createdAt: '2026-05-01T10:00:00.000Z' });

describe('the filter of runs', () => {
  it.each<[string, RunFilter, boolean]>([
    ['nothing', {}, true],
    ['its state', { state: 'queued' }, true],
    ['another state', { state: 'failed' }, false],
    ['its agent', { agent: 'claude' }, true],
    ['another agent', { agent: 'codex' }, false],
    ['its project', { project: (path) => path === 'acme/shop' }, true],
    ['another project', { project: () => false }, false],
    ['its person as people write it', { user: '@Ada' }, true],
    ['another person', { user: 'ad' }, false],
    ['the time at which it was made', { since: Date.parse('2026-05-01T10:00:00.000Z') }, true],
    ['a later time', { since: Date.parse('2026-05-01T10:00:00.001Z') }, false],
    ['all of it but one', { state: 'queued', agent: 'claude', user: 'bob' }, false],
  ])('asked for %s', (_, filter, lets) => {
    expect(runMatches(filter)(queued)).toBe(lets);
  });

  it('knows the state of a run that has ended', () => {
    expect(runMatches({ state: 'failed' })(aFullRun())).toBe(true);
  });
});
