import { createRequire } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';
import { FastifyOtelInstrumentation } from '@fastify/otel';
import { context, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { setGlobalErrorHandler, W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import type { FastifyPluginCallback } from 'fastify';
import type { Traced } from '../lib/traced.ts';
import type { QueueTelemetry } from '../queue/backend.ts';
import { Failure } from '../runs/failures.ts';
import { discreet } from './discreet-exporter.ts';
import { createSampler } from './sampler.ts';

/** bullmq-otel's files for `import` name each other without their endings, which Node does not find. */
const { BullMQOtel } = createRequire(import.meta.url)('bullmq-otel') as typeof import('bullmq-otel');

/** Milliseconds that the last spans have to get out when the process ends. */
const FLUSH_MS = 1_000;

/** What the parts of the program need to be traced. */
export interface Tracing {
  readonly traced: Traced;
  readonly telemetry: QueueTelemetry;
  /** Traces the requests to `/webhooks/gitlab`; what else is asked of the web server is not traced. */
  readonly deliveries: FastifyPluginCallback;
  /** Which trace is being worked on, for a line of the log. */
  about(): Readonly<Record<string, string>>;
  /** `tell` hears when spans could not be sent. */
  onError(tell: () => void): void;
  /** Sends what is left, for at most a second. */
  stop(): Promise<void>;
}

/**
 * Traces deliveries and runs from now on, and sends the spans to the collector that OpenTelemetry's own environment
 * variables name (`OTEL_EXPORTER_OTLP_…`, read by the exporter). To be called once, before anything else is opened.
 * `part`: of all traces, between 0 and 1.
 */
export function startTracing({
  version,
  role,
  part,
}: {
  version: string;
  role: string;
  part: number;
}): Tracing {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  const ours = resourceFromAttributes({
    'service.name': 'beckon',
    'service.version': version,
    'beckon.role': role,
  });
  const provider = new TracerProvider({
    resource: defaultResource()
      .merge(ours)
      .merge(detectResources({ detectors: [envDetector] })),
    sampler: createSampler(part),
    spanProcessors: [new BatchSpanProcessor({ exporter: discreet(new OTLPTraceExporter()) })],
  });
  trace.setGlobalTracerProvider(provider);
  const tracer = trace.getTracer('beckon', version);

  const traced: Traced = ({ name, isRequest = false, about }, does) => {
    const kind = isRequest ? SpanKind.CLIENT : SpanKind.INTERNAL;
    return tracer.startActiveSpan(name, { kind, attributes: about }, async (span) => {
      try {
        return await does((more) => span.setAttributes(more));
      } catch (error) {
        span.setStatus({ code: SpanStatusCode.ERROR });
        span.setAttribute('error.type', kindOf(error));
        throw error;
      } finally {
        span.end();
      }
    });
  };

  const instrumentation = new FastifyOtelInstrumentation({
    instrumentHooks: false,
    recordExceptions: false,
    requestHook: (span) => void span.updateName('POST /webhooks/gitlab'),
    ignorePaths: ({ url }) => url.replace(/\?.*$/, '') !== '/webhooks/gitlab',
  });

  return {
    traced,
    telemetry: new BullMQOtel({ tracerName: 'bullmq' }),
    deliveries: instrumentation.plugin(),
    about() {
      const active = trace.getActiveSpan()?.spanContext();
      return active === undefined ? {} : { traceId: active.traceId, spanId: active.spanId };
    },
    onError: (tell) => setGlobalErrorHandler(() => tell()),
    stop: () => Promise.race([provider.shutdown().catch(() => {}), sleep(FLUSH_MS)]),
  };
}

/** Not the message, which may say what people wrote. */
function kindOf(error: unknown): string {
  if (error instanceof Failure) return error.kind;
  return error instanceof Error ? error.name : 'unknown';
}
