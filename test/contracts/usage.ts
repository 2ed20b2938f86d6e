import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createStanding } from '../../src/admin/standing.ts';
import type { Backend } from '../../src/queue/backend.ts';
import { openBackend } from '../../src/queue/open-backend.ts';
import { createRates } from '../../src/queue/rates.ts';
import { createTurns } from '../../src/queue/turns.ts';
import { createUsage } from '../../src/queue/usage.ts';
import type { Run } from '../../src/runs/run.ts';
import { config as aConfig, agent } from '../builders/config.ts';
import { runQueueDouble } from '../doubles/run-queue.ts';
import { aRun } from '../queue/a-run.ts';
import type { Home } from './run-queue.ts';

/** What a home says of turns and rates that others have used. */
export function describeUsage(name: string, home: Home): void {
  describe(`turns and rates on ${name}`, () => {
    let backend: Backend;
    beforeAll(async () => {
      backend = await openBackend(await home.open());
    }, 60_000);
    afterAll(async () => {
      await backend?.close();
      await home.close();
    }, 60_000);

    test('are told by agent and project, and of an agent until when it is paused', async () => {
      const { limits } = aConfig();
      const now = Date.parse('2026-03-02T10:00:00Z');
      const config = aConfig({
        agents: [agent(), agent({ name: 'codex', account: 'codex-bot' })],
        limits: {
          runs: { ...limits.runs, perProject: 1 },
          rate: { ...limits.rate, perAgent: { count: 1, per: 3_600_000 } },
          agentDepth: 2,
          maxEventAge: 3_600_000,
        },
      });
      const other = { ...aRun().event, project: { ...aRun().event.project, id: 8, path: 'acme/docs' } };
      const item = { ...aRun().event, resource: { ...aRun().event.resource, iid: 4 } };
      const runs = [
        aRun(),
        aRun({ event: item as Run['event'] }),
        aRun({ agent: 'codex', event: other as Run['event'] }),
      ];
      const { queue } = runQueueDouble(runs);
      const standing = createStanding({
        config,
        usage: createUsage(backend, { config, clock: () => now }),
        queue,
      });
      const unused = { active: 0, waiting: 0, limit: 20, pausedUntil: null };
      expect(await standing()).toEqual({
        active: 0,
        waiting: 0,
        limit: 50,
        agents: [
          { name: 'claude', ...unused },
          { name: 'codex', ...unused },
        ],
        projects: [],
      });

      const turns = createTurns(backend, {
        queue: { ...queue, wake: async () => {} },
        limits: config.limits.runs,
        onWaiting: () => {},
        onError: (error) => {
          throw error;
        },
      });
      for (const run of runs) await turns.request(run, 'queue');
      const rates = createRates(backend.limiterOf, {
        rates: config.limits.rate,
        now: () => now,
        onRefused: () => {},
      });
      await rates.count(runs[2] as Run);
      expect(await standing()).toEqual({
        active: 2,
        waiting: 1,
        limit: 50,
        agents: [
          { name: 'claude', ...unused, active: 1, waiting: 1 },
          { name: 'codex', ...unused, active: 1, pausedUntil: expect.stringMatching(/^2026-03-02T1[01]:/) },
        ],
        projects: [
          { path: 'acme/shop', id: 7, active: 1, waiting: 1, limit: 1 },
          { path: 'acme/docs', id: 8, active: 1, waiting: 0, limit: 1 },
        ],
      });
      await turns.close();
    }, 60_000);
  });
}
