import { afterAll, describe, expect, it } from 'vitest';
import { buildProbes } from '../../src/http/probes.ts';
import { createRoom } from '../../src/http/room.ts';
import { createMetrics } from '../../src/observability/metrics.ts';
import { caughtUpDouble } from '../doubles/caught-up.ts';
import { runQueueDouble } from '../doubles/run-queue.ts';
import { setUp } from './set-up.ts';

describe('the port for probes and metrics alone', () => {
  let isStopping = false;
  const { queue } = runQueueDouble();
  const server = buildProbes({
    queue,
    caughtUp: caughtUpDouble(),
    metrics: createMetrics(),
    isStopping: () => isStopping,
    room: createRoom({ clock: Date.now }),
  });
  afterAll(() => server.close());
  const statusOf = async (url: string) => (await server.inject({ url })).statusCode;

  it('answers them, and nothing else', async () => {
    expect(await statusOf('/livez')).toBe(200);
    expect(await statusOf('/readyz')).toBe(200);
    expect(await statusOf('/metrics')).toBe(200);
    expect((await server.inject({ method: 'POST', url: '/webhooks/gitlab' })).statusCode).toBe(404);
    expect(await statusOf('/')).toBe(404);
  });

  it('takes the metrics from the port that strangers reach', async () => {
    const apart = setUp({ metricsApart: true }).server;
    expect((await apart.inject({ url: '/metrics' })).statusCode).toBe(404);
    expect((await apart.inject({ url: '/readyz' })).statusCode).toBe(200);
    expect((await setUp().server.inject({ url: '/metrics' })).statusCode).toBe(200);
  });

  it('is not ready in a process that stops', async () => {
    isStopping = true;
    expect(await statusOf('/readyz')).toBe(503);
    expect(await statusOf('/livez')).toBe(200);
  });
});
