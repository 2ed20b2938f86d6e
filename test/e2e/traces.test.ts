import { afterAll, beforeAll, expect, it } from 'vitest';
import { STEP_NAMES } from '../../src/runs/steps/names.ts';
import { redisHome } from '../queue/homes.ts';
import { type Span, startCollector } from '../support/collector.ts';
import { describeWith } from '../support/needs.ts';
import { noteSaying, openScene, PROJECT, type Scene } from './scene.ts';

/** Stands in all that people write, so that it can be looked for in what leaves. */
const WRITTEN = 'quagga-7741';
const OF_COLLECTOR = 'password-of-the-collector';
const KIND = { inside: 1, server: 2, client: 3, producer: 4, consumer: 5 };

const attributeOf = (attributes: Span['attributes'], key: string): unknown =>
  Object.values(attributes.find((attribute) => attribute.key === key)?.value ?? {})[0];

function describeTraces(
  open: (environment: Record<string, string>) => Promise<Scene>,
  roles: readonly string[],
) {
  let scene: Scene;
  let collector: Awaited<ReturnType<typeof startCollector>>;
  let exits: readonly (number | null)[];
  let spans: readonly Span[];
  beforeAll(async () => {
    collector = await startCollector();
    scene = await open({
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_HEADERS: `authorization=${OF_COLLECTOR}`,
    });
    const issue = scene.world.openIssue({ project: scene.project, author: 'alice', title: WRITTEN });
    scene.world.comment({ issue, author: 'alice', body: `@pusher-bot ${WRITTEN}` });
    await noteSaying(scene, issue, /It opened the merge request/);
    exits = await scene.stopAll();
    const last = collector.spans.find(({ name }) => name === 'step finish');
    spans = collector.spans.filter(({ traceId }) => traceId === last?.traceId);
  }, 180_000);
  afterAll(async () => {
    await scene.close();
    await collector.close();
  }, 60_000);

  const parentOf = (span: Span) => spans.find(({ spanId }) => spanId === span.parentSpanId);
  const named = (name: string) => spans.filter((span) => span.name === name);

  it('goes from the delivery to the last note, through its steps, and is whole when the processes have stopped', () => {
    expect(exits.every((code) => code === 0)).toBe(true);
    const [delivery, ...others] = spans.filter(({ kind }) => kind === KIND.server);
    expect(others).toEqual([]);
    expect(delivery).toMatchObject({ name: 'POST /webhooks/gitlab' });
    expect(delivery?.parentSpanId ?? '').toBe('');
    const steps = new Set(spans.filter(({ name }) => name.startsWith('step ')).map(({ name }) => name));
    // Nothing in it comes from a fork.
    const entered = STEP_NAMES.filter((name) => name !== 'fork');
    expect([...steps].sort()).toEqual(entered.map((name) => `step ${name}`).sort());
    expect(named('POST projects/:id/pipeline')).toHaveLength(1);
  });

  it('has every span below the one that it is part of', () => {
    const parentName = (span: Span) => parentOf(span)?.name ?? 'none';
    const [added] = named('add runs');
    expect(added?.kind).toBe(KIND.producer);
    expect(added && parentName(added)).toBe('handler - takeDelivery');
    for (const span of spans.filter(({ kind }) => kind === KIND.consumer)) {
      expect(parentOf(span)).toBe(added);
    }
    for (const span of spans.filter(({ name }) => name.startsWith('step '))) {
      expect(parentOf(span)?.kind).toBe(KIND.consumer);
      expect(attributeOf(span.attributes, 'beckon.agent')).toBe('pusher');
    }
    for (const span of spans.filter(({ kind }) => kind === KIND.client)) {
      expect(parentName(span)).toMatch(/^step /);
      expect(attributeOf(span.attributes, 'http.response.status_code')).toBeGreaterThanOrEqual(200);
    }
  });

  it('holds what each process did', () => {
    const found = new Set(spans.map(({ resource }) => attributeOf(resource, 'beckon.role')));
    expect([...found].sort()).toEqual(roles);
    expect(spans.every(({ resource }) => attributeOf(resource, 'service.name') === 'beckon')).toBe(true);
  });

  it('holds nothing of what BullMQ and the workers do of themselves', () => {
    const names = collector.spans.map(({ name }) => name);
    expect(names.filter((name) => /getNextJob|Stalled|extendLocks/.test(name))).toEqual([]);
    const elsewhere = collector.spans.filter(({ traceId }) => traceId !== spans[0]?.traceId);
    expect(elsewhere.filter(({ name }) => name.startsWith('step '))).toEqual([]);
  });

  it('holds nothing that people wrote, no project and no secret', () => {
    const all = JSON.stringify(collector.spans);
    for (const word of [WRITTEN, PROJECT, 'alice', OF_COLLECTOR, ...Object.values(scene.env)]) {
      if (word !== collector.url) expect(all).not.toContain(word);
    }
    expect(collector.headers[0]).toMatchObject({ path: '/v1/traces', authorization: OF_COLLECTOR });
    expect(scene.log.join('\n')).not.toContain(OF_COLLECTOR);
  });

  it('is named by the lines of the log', () => {
    const lines = scene.log.map((line) => JSON.parse(line));
    const about = lines.filter(({ msg }) => ['run queued', 'step done', 'run finished'].includes(msg));
    expect(about.length).toBeGreaterThan(STEP_NAMES.length);
    for (const line of about) expect(line).toMatchObject({ traceId: spans[0]?.traceId });
    expect(lines.find(({ msg }) => msg === 'beckon is ready')).not.toHaveProperty('traceId');
  });
}

describeWith(['git'], 'the trace of a run, in one process on the embedded queue', () => {
  describeTraces((environment) => openScene({ environment }), ['all']);
});

describeWith(['git', 'redis-server'], 'the trace of a run, in processes of their own on Redis', () => {
  describeTraces(
    (environment) => openScene({ environment, apart: true, home: redisHome() }),
    ['web', 'worker'],
  );
});
