import type { SpanStatus } from '@opentelemetry/api';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace';

/** All that leaves of what spans hold; libraries put messages of errors, addresses and data beside it. */
const TOLD =
  /^(?:beckon\.\w+|http\.(?:request\.method|route|response\.status_code)|error\.type|bullmq\.queue\.\w+)$/;

/**
 * An exporter that tells what was done and how long it took, and nothing of what was in it: no messages, no events, and
 * of the attributes those that are known to hold no secret and nothing that people wrote.
 */
export function discreet(exporter: SpanExporter): SpanExporter {
  return {
    export: (spans, done) => exporter.export(spans.map(discreetly), done),
    shutdown: () => exporter.shutdown(),
    forceFlush: async () => exporter.forceFlush?.(),
  };
}

function discreetly(span: ReadableSpan): ReadableSpan {
  const attributes = Object.fromEntries(Object.entries(span.attributes).filter(([name]) => TOLD.test(name)));
  const status: SpanStatus = { code: span.status.code };
  return Object.create(span, {
    name: { value: nameOf(span) },
    attributes: { value: attributes },
    status: { value: status },
    events: { value: [] },
  });
}

/** BullMQ names spans by the job as well, of which there are as many as runs. */
function nameOf({ name, attributes }: ReadableSpan): string {
  const operation = attributes['bullmq.queue.operation'];
  return operation === undefined ? name : `${operation} ${attributes['bullmq.queue.name']}`;
}
