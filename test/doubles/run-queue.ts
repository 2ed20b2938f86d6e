import { newestFirst } from '../../src/runs/filter.ts';
import type { RunQueue, StopRequest } from '../../src/runs/queue-ports.ts';
import type { Run } from '../../src/runs/run.ts';

/** The store of runs in memory, as much of it as is asked by whoever runs Beckon. */
export function runQueueDouble(runs: readonly Run[] = []) {
  const kept = new Map(runs.map((run) => [run.id, run]));
  const stops = new Map<string, StopRequest>();
  const queue: Pick<RunQueue, 'add' | 'find' | 'list' | 'stop' | 'stopOf' | 'depth' | 'ping'> = {
    add: async (run) => {
      const duplicate = kept.has(run.id);
      if (!duplicate) kept.set(run.id, run);
      return { duplicate };
    },
    find: async (id) => kept.get(id),
    list: async ({ limit, where = () => true }) =>
      [...kept.values()].filter(where).sort(newestFirst).slice(0, limit),
    stop: async (id, request) => {
      const run = kept.get(id);
      if (run === undefined) return 'unknown';
      if (run.outcome !== undefined) return 'over';
      if (!stops.has(id)) stops.set(id, request);
      return 'asked';
    },
    stopOf: async (id) => stops.get(id),
    depth: async () => ({ waiting: 3, active: 1, delayed: 0, completed: 0, failed: 0 }),
    ping: async () => {},
  };
  return { queue, kept, stops };
}
