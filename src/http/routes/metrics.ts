import type { FastifyInstance } from 'fastify';
import { type MetricSources, type Metrics, renderMetrics } from '../../observability/metrics.ts';

export interface MetricsTools extends MetricSources {
  readonly metrics: Metrics;
}

/** `GET /metrics` for Prometheus. */
export async function metricsRoutes(app: FastifyInstance, tools: MetricsTools): Promise<void> {
  const { metrics } = tools;
  app.get('/metrics', async (_request, reply) =>
    reply.type(metrics.registry.contentType).send(await renderMetrics(metrics, tools)),
  );
}
