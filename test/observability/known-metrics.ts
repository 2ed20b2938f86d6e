import { createMetrics } from '../../src/observability/metrics.ts';

/** The labels of every metric that the program has, by its name as declared. */
export function labelsOfMetrics(): ReadonlyMap<string, readonly string[]> {
  const { registry } = createMetrics();
  return new Map(
    registry.getMetricsAsArray().map((metric) => {
      if (!('name' in metric) || !('labelNames' in metric)) throw new Error('the library keeps both');
      return [String(metric.name), metric.labelNames as string[]];
    }),
  );
}
