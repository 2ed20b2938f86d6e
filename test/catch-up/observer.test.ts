import { pino } from 'pino';
import { expect, it } from 'vitest';
import { createCatchUpObserver } from '../../src/observability/catch-up-observer.ts';
import { createMetrics } from '../../src/observability/metrics.ts';

function setUp() {
  const lines: string[] = [];
  const log = pino(
    { base: null, timestamp: false },
    { write: (line: string) => lines.push(JSON.parse(line).msg) },
  );
  const metrics = createMetrics();
  return { lines, metrics, observer: createCatchUpObserver({ log, metrics }) };
}

it('tells trouble of an agent when it begins, changes or ends, and not at each look', () => {
  const { lines, observer } = setUp();
  for (const trouble of [undefined, 'expired', 'expired', 'away', undefined, undefined, 'away']) {
    observer.lookedThrough('claude', trouble && new Error(trouble));
  }
  observer.lookedThrough('codex', new Error('away'));
  const cannot = 'cannot look through all To-Do items';
  expect(lines).toEqual([cannot, cannot, 'To-Do items can be looked through again', cannot, cannot]);
});

it('counts what was found by agent and outcome, one line each', async () => {
  const { lines, metrics, observer } = setUp();
  const what = { agent: 'claude', project: 'acme/shop', resource: 'issue/1', action: 'assigned', runs: [] };
  for (const outcome of ['taken', 'known', 'taken'] as const) {
    observer.caughtUp({ ...what, todo: 1, outcome, reason: undefined });
  }
  expect(lines).toHaveLength(3);
  expect(await metrics.registry.getSingleMetricAsString('beckon_caught_up_total')).toContain(
    'beckon_caught_up_total{agent="claude",outcome="taken"} 2',
  );
});
