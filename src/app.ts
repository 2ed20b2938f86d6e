import type { Logger } from 'pino';
import { createRunAdmin } from './admin/runs.ts';
import { createStanding } from './admin/standing.ts';
import { type Base, baseOf, countRequests, createNames, type Ground } from './app/base.ts';
import { closedDesk, openDesk } from './app/desk.ts';
import { createReloading } from './app/reload.ts';
import { createOwnWhy } from './app/why.ts';
import { remembering, startWorker } from './app/worker.ts';
import type { ConfigSource, LoadedConfig } from './config/source.ts';
import { buildProbes } from './http/probes.ts';
import { createRoom } from './http/room.ts';
import type { DeskTools } from './http/routes/desk.ts';
import type { Intake } from './http/routes/webhook.ts';
import { buildServer } from './http/server.ts';
import { untraced } from './lib/traced.ts';
import type { Audit } from './observability/audit.ts';
import { showFromTheStart } from './observability/from-the-start.ts';
import { createMetrics } from './observability/metrics.ts';
import { createObserver } from './observability/observer.ts';
import { createReloadObserver } from './observability/reload-observer.ts';
import type { Tracing } from './observability/tracing.ts';
import { createClaims } from './queue/claims.ts';
import { createDeliveries } from './queue/deliveries.ts';
import { openBackend } from './queue/open-backend.ts';
import { createRunQueue } from './queue/producer.ts';
import { quiet } from './queue/quiet.ts';
import type { LimiterOf } from './queue/rates.ts';
import { createUsage } from './queue/usage.ts';
import { createReceive } from './receive.ts';
import { createSkim } from './triggers/skim.ts';

/** Which half of the program a process is. */
export type Role = 'all' | 'web' | 'worker';

export interface App {
  /** Where the web server listens; a worker has none. */
  readonly address: string | undefined;
  /** Loads the config anew and goes by it, as whenever its files change; one that is wrong is refused. */
  reload(): void;
  /** Stops taking work, finishes or saves what is under way, closes everything. At most `deadline` milliseconds. */
  stop(deadline: number): Promise<void>;
}

/**
 * The one place that constructs and wires. What is opened is closed in reverse order, also when starting fails. `source`
 * is where the config was loaded from, and is watched.
 */
export async function startApp(
  loaded: LoadedConfig,
  {
    source,
    role,
    log,
    audit,
    version,
    metricsPort,
    tracing,
  }: {
    source: ConfigSource;
    role: Role;
    log: Logger;
    audit: Audit;
    version: string;
    /** Where `metrics` is answered in place of the port of the webhooks, and `livez` and `readyz` too. */
    metricsPort?: number | undefined;
    tracing?: Tracing | undefined;
  },
): Promise<App> {
  const { config } = loaded;
  const closers: (() => Promise<unknown>)[] = [];
  const onClose = (close: () => Promise<unknown>) => void closers.push(close);
  let isStopping = false;
  let stopBy = 0;
  let tellStarted = () => {};
  const started = new Promise<void>((resolve) => {
    tellStarted = resolve;
  });
  const closeAll = async () => {
    tellStarted();
    for (const close of closers.reverse()) {
      await close().catch((error: unknown) => log.warn({ err: error }, 'closing failed'));
    }
  };

  try {
    const metrics = createMetrics();
    const clock = Date.now;
    const backend = await openBackend(config.queue.home, {
      onError: (error) => log.warn({ err: error }, 'queue fault'),
      telemetry: tracing?.telemetry,
    });
    const queue = createRunQueue(backend, { retention: config.retention.runs });
    onClose(() => queue.close());
    const deliveries = createDeliveries(backend, {
      clock,
      onError: quiet((error) => log.warn({ err: error }, 'deliveries fault'), { clock }),
    });
    onClose(() => deliveries.close());
    for (const warning of await backend.warnings()) log.warn({ warning }, 'queue is set dangerously');
    const ground: Ground = {
      log,
      metrics,
      observer: createObserver({ log, metrics, audit }),
      clock,
      backend,
      queue,
      traced: tracing?.traced ?? untraced,
      deliveries,
      namesAt: createNames({ log, clock }),
    };
    const base = baseOf(ground, config);

    showFromTheStart(metrics, { config, role, version });
    let { caughtUp } = base;
    const seen = {
      ...ground,
      caughtUp: { upTo: () => caughtUp.upTo() },
      isStopping: () => isStopping,
      room: createRoom({ clock }),
    };
    const { host, port } = config.server;
    if (metricsPort !== undefined) {
      const probes = buildProbes(seen);
      // Closed after the runs, as the server is.
      onClose(() => probes.close());
      await probes.listen({ host, port: metricsPort });
    }
    let intake = intakeOf(base);
    const deskOf = async (on: Base) => (role === 'worker' ? closedDesk(on.config) : openDesk(on));
    let desk = await deskOf(base);
    onClose(() => desk.close());
    const limiterOf = remembering(backend.limiterOf);
    let insight = insightOf(base, limiterOf);
    const server =
      role === 'worker'
        ? undefined
        : buildServer({
            ...seen,
            metricsApart: metricsPort !== undefined,
            tracing: tracing?.deliveries,
            claim: createClaims(backend.limiterOf),
            trustProxy: config.server.trustProxy,
            runs: createRunAdmin(ground),
            intake: () => intake,
            desk: () => desk,
            why: (url) => insight.why(url),
            standing: () => insight.standing(),
            version,
          });
    // Closed after the runs have come to a halt: until then deliveries are taken, while `readyz` sends new ones away.
    if (server !== undefined) onClose(() => server.close());
    const left = () => Math.max(0, stopBy - Date.now());
    const life = { started, isStopping: () => isStopping, left, onClose };
    const worker = role === 'web' ? undefined : await startWorker(base, life);
    const address = await server?.listen({ host, port });
    tellStarted();
    const reloading = createReloading(source, {
      first: loaded,
      // The worker first: what deliveries ask for has to be known when it is taken up.
      apply: async (next) => {
        const changed = baseOf(ground, next);
        const before = desk;
        const after = await deskOf(changed);
        await worker?.change(changed).catch(async (error) => {
          await after.close();
          throw error;
        });
        showFromTheStart(metrics, { config: next, role, version });
        ({ caughtUp } = changed);
        intake = intakeOf(changed);
        desk = after;
        insight = insightOf(changed, limiterOf);
        void before.close().catch((error: unknown) => log.warn({ err: error }, 'closing failed'));
      },
      observer: createReloadObserver({ log, metrics, audit }),
      isStopping: () => isStopping,
    });
    onClose(async () => reloading.stop());
    return {
      address,
      reload: reloading.reload,
      async stop(deadline) {
        isStopping = true;
        stopBy = Date.now() + deadline;
        await closeAll();
      },
    };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

function intakeOf(base: Base): Intake {
  return { webhook: base.config.webhook, receive: createReceive(base), skim: createSkim(base.config) };
}

/** What is told of one config's runs, and of those that never came to be. */
function insightOf(base: Base, limiterOf: LimiterOf): Pick<DeskTools, 'why' | 'standing'> {
  const usage = createUsage({ text: base.backend.text, limiterOf }, base);
  const why = createOwnWhy(base, { onRequest: countRequests(base.metrics) });
  return { why, standing: createStanding({ ...base, usage }) };
}
