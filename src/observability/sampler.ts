import { type Context, isSpanContextValid, SpanKind, TraceFlags, trace } from '@opentelemetry/api';
import { type Sampler, SamplingDecision, TraceIdRatioBasedSampler } from '@opentelemetry/sdk-trace';

/**
 * Which spans are kept: all of a trace, or none. A trace begins with a delivery, whatever its sender says of traces,
 * with what an operator puts into the queue, or with a job that nothing put in, such as a duty. What BullMQ does of
 * itself every few seconds begins none. `part`: of all traces, between 0 and 1.
 */
export function createSampler(part: number): Sampler {
  const ofTraces = new TraceIdRatioBasedSampler(part);
  const beginnings: readonly SpanKind[] = [SpanKind.SERVER, SpanKind.PRODUCER, SpanKind.CONSUMER];
  return {
    shouldSample(parent: Context, traceId: string, _name: string, kind: SpanKind) {
      const above = trace.getSpanContext(parent);
      if (kind !== SpanKind.SERVER && above !== undefined && isSpanContextValid(above)) {
        const isKept = (above.traceFlags & TraceFlags.SAMPLED) !== 0;
        return { decision: isKept ? SamplingDecision.RECORD_AND_SAMPLED : SamplingDecision.NOT_RECORD };
      }
      if (beginnings.includes(kind)) return ofTraces.shouldSample(parent, traceId);
      return { decision: SamplingDecision.NOT_RECORD };
    },
    toString: () => `deliveries and jobs, ${ofTraces}`,
  };
}
