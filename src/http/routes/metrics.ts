import type { FastifyInstance } from 'fastify';
import { type Metrics, renderMetrics } from '../../observability/metrics.ts';
import type { RunQueue } from '../../runs/queue-ports.ts';

export interface MetricsTools {
  readonly metrics: Metrics;
  readonly queue: Pick<RunQueue, 'depth'>;
}

/** `GET /metrics` for Prometheus. */
export async function metricsRoutes(app: FastifyInstance, { metrics, queue }: MetricsTools): Promise<void> {
  app.get('/metrics', async (_request, reply) =>
    reply.type(metrics.registry.contentType).send(await renderMetrics(metrics, () => queue.depth())),
  );
}
