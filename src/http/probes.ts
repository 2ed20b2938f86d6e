import fastify, { type FastifyInstance } from 'fastify';
import { type HealthTools, healthRoutes } from './routes/health.ts';
import { type MetricsTools, metricsRoutes } from './routes/metrics.ts';

/**
 * A web server of `livez`, `readyz` and `metrics` alone, without listening: for a process that has no other, and to
 * keep these from whoever reaches the webhook.
 */
export function buildProbes(tools: HealthTools & MetricsTools): FastifyInstance {
  const app = fastify({ logger: false, bodyLimit: 1024, requestTimeout: 10_000 });
  app.register(healthRoutes, tools);
  app.register(metricsRoutes, tools);
  return app;
}
