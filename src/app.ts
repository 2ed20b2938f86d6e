import type { Logger } from 'pino';
import { createRunAdmin } from './admin/runs.ts';
import type { Base } from './app/base.ts';
import { startWorker } from './app/worker.ts';
import type { Config } from './config/config.ts';
import type { Desk } from './http/routes/desk.ts';
import { buildServer } from './http/server.ts';
import { createSessions } from './http/session.ts';
import type { Audit } from './observability/audit.ts';
import { createMetrics } from './observability/metrics.ts';
import { createObserver } from './observability/observer.ts';
import { createCaughtUp } from './queue/caught-up.ts';
import { createClaims } from './queue/claims.ts';
import { openBackend } from './queue/open-backend.ts';
import { createRunQueue } from './queue/producer.ts';
import { createReceive } from './receive.ts';

/** Which half of the program a process is. */
export type Role = 'all' | 'web' | 'worker';

export interface App {
  /** Where the web server listens; a worker has none. */
  readonly address: string | undefined;
  /** Stops taking work, finishes or saves what is under way, closes everything. At most `deadline` milliseconds. */
  stop(deadline: number): Promise<void>;
}

/** The one place that constructs and wires. What is opened is closed in reverse order, also when starting fails. */
export async function startApp(
  config: Config,
  { role, log, audit, version }: { role: Role; log: Logger; audit: Audit; version: string },
): Promise<App> {
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
    });
    const queue = createRunQueue(backend, { retention: config.retention.runs });
    onClose(() => queue.close());
    for (const warning of await backend.warnings()) log.warn({ warning }, 'queue is set dangerously');
    const base: Base = {
      config,
      log,
      metrics,
      observer: createObserver({ log, metrics, audit }),
      clock,
      backend,
      queue,
      caughtUp: createCaughtUp(backend.text('caught-up'), { config, clock }),
    };

    const server = role === 'worker' ? undefined : serverOf(base, { isStopping: () => isStopping, version });
    // Closed after the runs have come to a halt: until then deliveries are taken, while `readyz` sends new ones away.
    if (server !== undefined) onClose(() => server.close());
    if (role !== 'web') {
      const left = () => Math.max(0, stopBy - Date.now());
      await startWorker(base, { started, isStopping: () => isStopping, left, onClose });
    }
    const { host, port } = config.server;
    const address = await server?.listen({ host, port });
    tellStarted();
    return {
      address,
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

function serverOf(base: Base, { isStopping, version }: { isStopping: () => boolean; version: string }) {
  const { webhook, server } = base.config;
  const claim = createClaims(base.backend.limiterOf);
  const { trustProxy } = server;
  const desk = deskOf(base.config);
  const runs = createRunAdmin(base);
  return buildServer({
    ...base,
    receive: createReceive(base),
    claim,
    webhook,
    trustProxy,
    isStopping,
    runs,
    desk: () => desk,
    version,
  });
}

function deskOf(config: Config): Desk {
  const { adminToken, publicUrl } = config.server;
  const isSecure = publicUrl?.startsWith('https:') === true;
  return { config, sessions: adminToken && createSessions({ adminToken, isSecure }) };
}
