import { readFileSync } from 'node:fs';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { showFromTheStart } from '../../src/observability/from-the-start.ts';
import { createMetrics, renderMetrics } from '../../src/observability/metrics.ts';
import { createObserver } from '../../src/observability/observer.ts';
import { config } from '../builders/config.ts';
import { caughtUpDouble } from '../doubles/caught-up.ts';
import { runQueueDouble } from '../doubles/run-queue.ts';
import { aRun } from '../queue/a-run.ts';
import { labelsOfMetrics } from './known-metrics.ts';

const NOW = Date.parse('2026-03-02T10:00:00Z');

async function lines(metrics: ReturnType<typeof createMetrics>, isAway = false): Promise<readonly string[]> {
  const { queue } = runQueueDouble();
  const caughtUp = caughtUpDouble();
  await caughtUp.moveTo('todos/claude', NOW);
  const away = async () => {
    throw new Error('away');
  };
  const sources = isAway ? { queue: { depth: away }, caughtUp: { upTo: away } } : { queue, caughtUp };
  return (await renderMetrics(metrics, sources)).split('\n');
}

describe('the metrics', () => {
  it('are all in the table of the documentation, with their labels', () => {
    const page = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8');
    const [, table = ''] = /\| metric \| labels \| meaning \|\n\|.*\n((?:\|.*\n)+)/.exec(page) ?? [];
    const wordsIn = (cell = '') => [...cell.matchAll(/`([^`]+)`/g)].map(([, word = '']) => word);
    const told = table
      .trimEnd()
      .split('\n')
      .map((row) => row.split('|'))
      .flatMap(([, names, labels]) => wordsIn(names).map((name) => [name, wordsIn(labels).sort()] as const));
    const ours = [...labelsOfMetrics()].filter(([name]) => name.startsWith('beckon_'));
    expect(Object.fromEntries(told)).toEqual(
      Object.fromEntries(ours.map(([name, labels]) => [name, [...labels].sort()])),
    );
  });

  it('say how deep the queue is, and up to when all was looked through', async () => {
    const told = await lines(createMetrics());
    expect(told).toContain('beckon_queue_up 1');
    expect(told).toContain('beckon_queue_depth{state="waiting"} 3');
    expect(told).toContain(`beckon_caught_up_timestamp_seconds{source="todos/claude"} ${NOW / 1_000}`);
  });

  it('say that the queue is away, and all else all the same', async () => {
    const metrics = createMetrics();
    await lines(metrics);
    const told = await lines(metrics, true);
    expect(told).toContain('beckon_queue_up 0');
    expect(told.filter((line) => line.startsWith('beckon_queue_depth{'))).toEqual([]);
    expect(told.some((line) => line.startsWith('process_resident_memory_bytes '))).toBe(true);
  });

  it('are there from the start where their labels are known, so that the first of each is an increase', async () => {
    const metrics = createMetrics();
    showFromTheStart(metrics, { config: config(), role: 'web', version: '1.2.3' });
    const told = await lines(metrics);
    expect(told).toContain('beckon_deliveries_total{outcome="unavailable"} 0');
    expect(told).toContain('beckon_runs_total{agent="claude",trigger="claude",state="failed"} 0');
    expect(told).toContain('beckon_runs_not_started_total{agent="claude"} 0');
    expect(told).toContain('beckon_refused_total{limit="perUser"} 0');
    expect(told).toContain('beckon_build_info{version="1.2.3",role="web"} 1');
  });

  it('tell runs that could not start from those that failed at work', async () => {
    const metrics = createMetrics();
    const observer = createObserver({ log: pino({ level: 'silent' }), metrics, audit: () => {} });
    observer.finished(aRun({ outcome: { kind: 'not_started', error: 'no flow' } }));
    observer.finished(aRun({ outcome: { kind: 'failed', reason: 'the job', job: undefined } }));
    const told = await lines(metrics);
    expect(told).toContain('beckon_runs_not_started_total{agent="claude"} 1');
    expect(told.find((line) => /^beckon_runs_total\{.*failed/.test(line))).toMatch(/ 2$/);
  });
});
