import { pino } from 'pino';
import { createRunAdmin } from '../../src/admin/runs.ts';
import type { Standing } from '../../src/admin/standing.ts';
import { createRoom } from '../../src/http/room.ts';
import type { Intake } from '../../src/http/routes/webhook.ts';
import { buildServer, type ServerTools, type Timeouts } from '../../src/http/server.ts';
import { Secret } from '../../src/lib/secret.ts';
import { createMetrics } from '../../src/observability/metrics.ts';
import { createReceive } from '../../src/receive.ts';
import { createSkim } from '../../src/triggers/skim.ts';
import { config } from '../builders/config.ts';
import { NOW } from '../builders/payloads.ts';
import { caughtUpDouble } from '../doubles/caught-up.ts';
import { claimsDouble } from '../doubles/claims.ts';
import { deliveriesDouble } from '../doubles/deliveries.ts';
import { silentObserver } from '../doubles/observer.ts';
import { runQueueDouble } from '../doubles/run-queue.ts';

export const STANDING: Standing = {
  active: 3,
  waiting: 1,
  limit: 50,
  agents: [
    { name: 'claude', active: 3, waiting: 1, limit: 3, pausedUntil: null },
    { name: 'codex', active: 0, waiting: 0, limit: 20, pausedUntil: '2026-03-02T11:00:00.000Z' },
  ],
  projects: [{ path: 'acme/shop', id: 7, active: 3, waiting: 1, limit: 5 }],
};
export const SECRETS = ['old-secret-of-the-hook', 'new-secret-of-the-hook'];
export const SIGNING_KEYS = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];

/** The whole web server over a queue that takes everything; what it logs and counts. */
export function webServer(
  tools: Partial<ServerTools & Intake> & { add?: () => Promise<{ duplicate: boolean }> } = {},
  timeouts?: Timeouts,
) {
  const lines: string[] = [];
  const metrics = createMetrics();
  const { deliveries, kept: delivered } = deliveriesDouble();
  const add = tools.add ?? (async () => ({ duplicate: false }));
  const intake: Intake = {
    receive: createReceive({
      config: config(),
      queue: { add, addCommand: async () => {}, wake: async () => {} },
      caughtUp: caughtUpDouble(),
      observer: silentObserver,
      clock: () => NOW,
    }),
    skim: createSkim(config()),
    webhook: {
      ...config().webhook,
      secretTokens: SECRETS.map((secret) => new Secret(secret)),
      signingTokens: SIGNING_KEYS.map((key) => new Secret(`whsec_${key.toString('base64')}`)),
    },
    ...tools,
  };
  const server = buildServer(
    {
      intake: () => intake,
      queue: {
        ping: async () => {},
        depth: async () => ({ waiting: 3, active: 1, delayed: 0, completed: 0, failed: 0 }),
      },
      caughtUp: caughtUpDouble(),
      metrics,
      observer: silentObserver,
      standing: async () => STANDING,
      why: async () => {
        throw new Error('nobody asks why');
      },
      deliveries,
      log: pino({ level: 'debug' }, { write: (line: string) => lines.push(line) }),
      claim: claimsDouble(),
      trustProxy: [],
      isStopping: () => false,
      room: createRoom({ clock: Date.now }),
      runs: createRunAdmin({ queue: runQueueDouble().queue, observer: silentObserver, clock: () => NOW }),
      desk: () => ({
        config: config(),
        sessions: undefined,
        people: undefined,
        start: undefined,
        health: async () => [],
      }),
      clock: () => NOW,
      version: '1.2.3',
      ...tools,
    },
    timeouts,
  );
  const deliver = (payload: unknown, headers: Record<string, string> = {}, remoteAddress = '192.0.2.1') =>
    server.inject({
      method: 'POST',
      url: '/webhooks/gitlab',
      remoteAddress,
      headers: {
        'content-type': 'application/json',
        'x-gitlab-event': 'Note Hook',
        'x-gitlab-token': 'new-secret-of-the-hook',
        ...headers,
      },
      payload: typeof payload === 'string' ? payload : JSON.stringify(payload),
    });
  const outcomes = async () => {
    const { values } = await metrics.deliveries.get();
    return Object.fromEntries(values.map(({ labels, value }) => [labels.outcome, value]));
  };
  return { server, deliver, delivered, lines, metrics, outcomes };
}
