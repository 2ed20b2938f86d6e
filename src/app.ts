import type { Logger } from 'pino';
import type { Config } from './config/config.ts';
import { createDisown } from './disown.ts';
import { createGitLab } from './gitlab/client.ts';
import { createWebhooks } from './gitlab/hooks.ts';
import { openTransport } from './gitlab/transport.ts';
import { createHookWatch } from './hooks/watch.ts';
import { buildServer } from './http/server.ts';
import { createObey } from './obey.ts';
import { createHookObserver } from './observability/hook-observer.ts';
import { createMetrics } from './observability/metrics.ts';
import { createObserver } from './observability/observer.ts';
import { createPerform } from './perform.ts';
import { startConsumer } from './queue/consumer.ts';
import { openBackend } from './queue/open-backend.ts';
import { createRunQueue } from './queue/producer.ts';
import { createRates } from './queue/rates.ts';
import { createTurns } from './queue/turns.ts';
import { createForesee, createReceive } from './receive.ts';
import { createParentOf } from './runs/parent.ts';
import type { GitLab } from './runs/ports.ts';
import { createTick, scheduledTriggers } from './tick.ts';

/** Which half of the program a process is. */
export type Role = 'all' | 'web' | 'worker';

export interface App {
  /** Where the web server listens; a worker has none. */
  readonly address: string | undefined;
  /** Stops taking work, finishes or saves what is under way, closes everything. At most `deadline` milliseconds. */
  stop(deadline: number): Promise<void>;
}

/** The one place that constructs and wires. What is opened is closed in reverse order, also when starting fails. */
export async function startApp(config: Config, { role, log }: { role: Role; log: Logger }): Promise<App> {
  const closers: (() => Promise<unknown>)[] = [];
  let isStopping = false;
  let stopBy = Number.POSITIVE_INFINITY;
  let tellStarted = () => {};
  // What is resent has to find the web server.
  const started = new Promise<void>((resolve) => {
    tellStarted = resolve;
  });
  const closeAll = async () => {
    for (const close of closers.reverse()) {
      await close().catch((error: unknown) => log.warn({ err: error }, 'closing failed'));
    }
  };

  try {
    const metrics = createMetrics();
    const observer = createObserver({ log, metrics });
    const clock = Date.now;
    const backend = await openBackend(config.queue.home, {
      onError: (error) => log.warn({ err: error }, 'queue fault'),
    });
    const queue = createRunQueue(backend, { retention: config.retention.runs });
    closers.push(() => queue.close());
    for (const warning of await backend.warnings()) log.warn({ warning }, 'queue is set dangerously');

    const server =
      role === 'worker'
        ? undefined
        : buildServer({
            receive: createReceive({ config, queue, observer, clock }),
            queue,
            metrics,
            log,
            secretTokens: config.webhook.secretTokens,
            signingTokens: config.webhook.signingTokens,
            isStopping: () => isStopping,
          });
    // Closed after the runs have come to a halt: until then deliveries are taken, while `readyz` sends new ones away.
    if (server !== undefined) closers.push(() => server.close());

    if (role !== 'web') {
      const dispatcher = await openTransport({ caFile: config.gitlab.caFile });
      closers.push(() => dispatcher.destroy());
      const onRequest = (operation: string, status: number) =>
        metrics.gitlabRequests.inc({ operation, status: String(status) });
      const gitlabs = new Map<string, GitLab>(
        config.agents.map(({ name, token }) => [
          name,
          createGitLab({ url: config.gitlab.url, token }, { dispatcher, onRequest }),
        ]),
      );
      const gitlabOf = (agent: string) => {
        const gitlab = gitlabs.get(agent);
        if (gitlab === undefined) throw new Error(`there is no agent ${agent}`);
        return gitlab;
      };
      // Where the queue is away a moment long the next look will do.
      const stopOf = (runId: string) => queue.stopOf(runId).catch(() => undefined);
      const turns = createTurns(backend, {
        queue,
        limits: config.limits.runs,
        onWaiting: (waiting) => {
          for (const { name } of config.agents) {
            metrics.runsWaiting.set({ agent: name }, waiting.filter(({ agent }) => agent === name).length);
          }
        },
        onError: (error) => log.warn({ err: error }, 'turns fault'),
      });
      closers.push(() => turns.close());
      const rates = createRates(backend.limiterOf, {
        rates: config.limits.rate,
        now: clock,
        onRefused: (limit) => metrics.refused.inc({ limit }),
      });
      const perform = createPerform({
        config,
        gitlabOf,
        stopOf,
        parentOf: createParentOf(queue),
        turns,
        rates,
        observer,
        clock,
        random: Math.random,
      });
      const { token } = config.gitlab;
      if (token === undefined && config.catchUp.hookEvents) {
        log.info(
          'no operator token: webhook deliveries that fail are not resent, and disabled webhooks stay so',
        );
      }
      const watchHooks =
        token !== undefined && config.catchUp.hookEvents
          ? createHookWatch({
              gitlab: createWebhooks({ url: config.gitlab.url, token }, { dispatcher, onRequest }),
              config,
              wants: createForesee({ config, queue, clock }),
              acceptsFrom: async () => clock() - config.limits.maxEventAge,
              observer: createHookObserver({ log, metrics }),
              clock,
              isStopping: () => isStopping,
            })
          : undefined;
      const consumer = await startConsumer(backend, {
        perform,
        onCommand: createObey({ config, gitlabOf, queue, rates, observer, clock }),
        ticks: {
          schedules: scheduledTriggers(config),
          onTick: createTick({ config, gitlabOf, queue, observer, clock }),
          duties: [
            createDisown({
              config,
              gitlabOf,
              queue,
              clock,
              onLost: (runId) => log.error({ runId }, 'run was lost with the data of the queue'),
              onError: (error) => log.warn({ err: error }, 'could not look for lost runs'),
            }),
            ...(watchHooks === undefined
              ? []
              : [{ name: 'hooks', every: 60_000, work: () => started.then(watchHooks) }]),
          ],
        },
        concurrency: config.queue.concurrency,
        onError: (error, runId) => log.error({ runId, err: error }, 'worker fault'),
        clock,
      });
      closers.push(() => consumer.close(Math.max(0, stopBy - Date.now())));
      closers.push(async () => tellStarted());
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
    isStopping = true;
    stopBy = 0;
    await closeAll();
    throw error;
  }
}
