import { describe, expect, it } from 'vitest';
import { renderRun, renderRuns } from '../../src/cli/runs-view.ts';
import type { Outcome } from '../../src/runs/run.ts';
import { aFullRun, aRun } from '../queue/a-run.ts';

const NOW = Date.parse('2026-05-01T10:30:00.000Z');
const createdAt = '2026-05-01T10:00:00.000Z';

describe('the table of runs', () => {
  it('has a line for each, in columns', () => {
    const { event } = aRun();
    const { project, actor, happenedAt, confidential } = event;
    const tick = {
      ...{ project, actor, happenedAt, confidential, input: 'go', resource: undefined },
      ...({ kind: 'scheduled', action: 'nightly', mark: '1' } as const),
    };
    const runs = [
      aRun({ id: 'r1', createdAt }),
      aRun({ id: 'r22', createdAt, event: tick, step: 'note' }),
      { ...aFullRun(), id: 'r3', createdAt },
    ];
    expect(renderRuns(runs, NOW).split('\n')).toEqual([
      'ID   STATE     AGENT   ITEM         USER  AGE  TOOK  RESULT',
      'r1   queued    claude  acme/shop#3  ada   30m  30m   looks whether it may start',
      'r22  starting  claude  acme/shop    ada   30m  30m   writes its note',
      'r3   failed    claude  acme/shop#3  ada   30m  5m    script failure',
    ]);
  });

  it('says so when there are none', () => {
    expect(renderRuns([], NOW)).toBe('No runs.');
  });

  it.each<[Outcome, string]>([
    [{ kind: 'merge_request', iid: 31, url: 'u' }, 'merge request !31'],
    [{ kind: 'branch', name: 'workloads/r1' }, 'branch workloads/r1'],
    [{ kind: 'no_changes' }, 'no changes'],
    [{ kind: 'not_started', error: 'no flow\n\u001b[31mfile' }, 'no flow [31mfile'],
    [{ kind: 'cancelled', by: 'bob' }, 'by bob'],
  ])('says in a few words how a run ended, and lets nothing steer the terminal: %j', (outcome, words) => {
    const [, line = ''] = renderRuns([aRun({ createdAt, outcome, finishedAt: createdAt })], NOW).split('\n');
    expect(line.endsWith(`  ${words}`)).toBe(true);
  });

  it('says why a run does not get on', () => {
    const history = [{ at: createdAt, what: 'retrying', step: 'note', detail: '502', times: 3 }] as const;
    expect(renderRuns([aRun({ createdAt, step: 'note', history })], NOW)).toContain(
      'writes its note, trying again: 502',
    );
  });
});

describe('a run alone', () => {
  it('is shown with all that is known, and how long everything took', () => {
    const run = { ...aFullRun(), id: 'r3', createdAt };
    const stop = { by: 'bob', reason: 'too slow' };
    expect(renderRun(run, { stop, now: NOW }).split('\n')).toEqual([
      'r3 failed after 5m',
      '  agent          claude, by the trigger claude',
      '  event          mention by @codex-bot on behalf of ada',
      '  item           acme/shop#3',
      '  link           https://gitlab.test/acme/shop/-/issues/3',
      '  request        @claude-bot fix it',
      '  note           https://gitlab.test/acme/shop/-/issues/3#note_901',
      '  branch         workloads/x',
      '  pipeline       https://gitlab.test/p/33',
      '  result         script failure',
      '  job            agent https://gitlab.test/j/1',
      '  retry of       r0123456789abcde',
      '  asked in       r0000456789abcde (depth 1)',
      '  asked to stop  by bob: too slow',
      '',
      'UTC                  LASTED  WHAT                STEP   WHY',
      '2026-05-01 10:00:00  9s      queued              admit',
      '2026-05-01 10:00:09  1s      taken up            admit',
      '2026-05-01 10:00:10  4m 50s  retrying (3 times)  note   502',
    ]);
  });

  it('keeps a confidential request to itself', () => {
    const { event } = aRun();
    const run = aRun({ event: { ...event, confidential: true } });
    expect(renderRun(run, { stop: undefined, now: NOW })).not.toContain(event.input);
  });
});
