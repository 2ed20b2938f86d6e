import { readdirSync, readFileSync } from 'node:fs';
import { ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api';
import {
  InMemorySpanExporter,
  SamplingDecision,
  SimpleSpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { describe, expect, it } from 'vitest';
import { discreet } from '../../src/observability/discreet-exporter.ts';
import { createSampler } from '../../src/observability/sampler.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const under = (traceFlags: number) =>
  trace.setSpanContext(ROOT_CONTEXT, { traceId: TRACE, spanId: 'b7ad6b7169203331', traceFlags });

describe('what is kept of traces', () => {
  const decide = (part: number, kind: SpanKind, parent = ROOT_CONTEXT) =>
    createSampler(part).shouldSample(parent, TRACE, 'name', kind, {}, []).decision;
  const KEPT = SamplingDecision.RECORD_AND_SAMPLED;
  const LEFT = SamplingDecision.NOT_RECORD;

  it('is a delivery, also where its sender says that it is not to be', () => {
    expect(decide(1, SpanKind.SERVER)).toBe(KEPT);
    expect(decide(1, SpanKind.SERVER, under(0))).toBe(KEPT);
    expect(decide(0, SpanKind.SERVER, under(1))).toBe(LEFT);
  });

  it('is below the beginning what the beginning was', () => {
    for (const kind of [SpanKind.INTERNAL, SpanKind.CLIENT, SpanKind.PRODUCER, SpanKind.CONSUMER]) {
      expect(decide(0, kind, under(1))).toBe(KEPT);
      expect(decide(1, kind, under(0))).toBe(LEFT);
    }
  });

  it('is no work that begins by itself, but for a job', () => {
    expect(decide(1, SpanKind.INTERNAL)).toBe(LEFT);
    expect(decide(1, SpanKind.CLIENT)).toBe(LEFT);
    expect(decide(1, SpanKind.CONSUMER)).toBe(KEPT);
    expect(decide(0, SpanKind.CONSUMER)).toBe(LEFT);
  });
});

describe('what leaves with a span', () => {
  it('is what was done, and no message, event or other attribute', () => {
    const memory = new InMemorySpanExporter();
    const provider = new TracerProvider({
      spanProcessors: [new SimpleSpanProcessor({ exporter: discreet(memory) })],
    });
    const span = provider.getTracer('test').startSpan('add runs.7c1d', {
      attributes: {
        'bullmq.queue.operation': 'add',
        'bullmq.queue.name': 'runs',
        'bullmq.job.id': 'repeat:acme/secret',
        'beckon.run': 'r1',
        'url.path': '/webhooks/gitlab?token=secret',
        'http.route': '/webhooks/gitlab',
      },
    });
    span.recordException(new Error('secret'));
    span.setStatus({ code: 2, message: 'secret' });
    span.end();
    const [sent] = memory.getFinishedSpans();
    expect(sent).toMatchObject({
      name: 'add runs',
      status: { code: 2 },
      attributes: {
        'bullmq.queue.operation': 'add',
        'bullmq.queue.name': 'runs',
        'beckon.run': 'r1',
        'http.route': '/webhooks/gitlab',
      },
    });
    expect(sent?.spanContext()).toEqual(span.spanContext());
    expect(JSON.stringify([sent?.attributes, sent?.events, sent?.status])).not.toContain('secret');
  });
});

describe('OpenTelemetry', () => {
  it('is loaded where a collector is configured, and nowhere else', () => {
    const root = new URL('../../src/', import.meta.url);
    const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.tsx?$/.test(name))
      .map((name) => [name.replaceAll('\\', '/'), readFileSync(new URL(name, root), 'utf8')] as const);
    const importing = (what: RegExp) =>
      files
        .filter(([, text]) => what.test(text))
        .map(([name]) => name)
        .sort();
    const ours = ['discreet-exporter', 'sampler', 'tracing'].map((name) => `observability/${name}.ts`);
    expect(importing(/from '(?:@opentelemetry\/|@fastify\/otel|bullmq-otel)/)).toEqual(ours);
    expect(importing(/^import (?!type)[^;]*\/(?:discreet-exporter|sampler|tracing)\.ts'/m)).toEqual([
      'observability/tracing.ts',
    ]);
    expect(importing(/await import\('[^']*\/tracing\.ts'\)/)).toEqual(['cli/serve.ts']);
  });
});
