import type { Logger } from 'pino';
import { createCatchUp } from './catch-up.ts';
import type { Config } from './config/config.ts';
import { createGitLab } from './gitlab/client.ts';
import type { Login } from './gitlab/connection.ts';
import { createTodos } from './gitlab/todos.ts';
import { openTransport } from './gitlab/transport.ts';
import { buildServer } from './http/server.ts';
import { createObey } from './obey.ts';
import { createCatchUpObserver } from './observability/catch-up-observer.ts';
import { createMetrics } from './observability/metrics.ts';
import { createObserver } from './observability/observer.ts';
import { createPerform } from './perform.ts';
import { createCaughtUp } from './queue/caught-up.ts';
import { startConsumer } from './queue/consumer.ts';
import { openBackend } from './queue/open-backend.ts';
import { createRunQueue } from './queue/producer.ts';
import { createRates } from './queue/rates.ts';
import { createTurns } from './queue/turns.ts';
import { createReceive } from './receive.ts';
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
    const caughtUp = createCaughtUp(backend.text('caught-up'), { config, clock });
    for (const warning of await backend.warnings()) log.warn({ warning }, 'queue is set dangerously');

    if (role !== 'web') {
      const dispatcher = await openTransport({ caFile: config.gitlab.caFile });
      closers.push(() => dispatcher.destroy());
      const onRequest = (operation: string, status: number) =>
        metrics.gitlabRequests.inc({ operation, status: String(status) });
      const wire = { dispatcher, onRequest };
      const gitlabOf = ofAgents(config, (login) => createGitLab(login, wire));
      const todosOf = ofAgents(config, (login) => createTodos(login, wire));
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
        turns,
        rates,
        observer,
        clock,
        random: Math.random,
      });
      const consumer = await startConsumer(backend, {
        perform,
        onCommand: createObey({ config, gitlabOf, queue, rates, observer, clock }),
        ticks: {
          schedules: scheduledTriggers(config),
          onTick: createTick({ config, gitlabOf, queue, observer, clock }),
        },
        duties:
          config.catchUp.todos === undefined
            ? []
            : [
                {
                  name: 'catch-up',
                  every: config.catchUp.todos,
                  work: createCatchUp({
                    config,
                    gitlabOf,
                    todosOf,
                    queue,
                    caughtUp,
                    observer: { ...observer, ...createCatchUpObserver({ log, metrics }) },
                    clock,
                  }),
                },
              ],
        concurrency: config.queue.concurrency,
        onError: (error, runId) => log.error({ runId, err: error }, 'worker fault'),
        clock,
      });
      closers.push(() => consumer.close(Math.max(0, stopBy - Date.now())));
    }

    let address: string | undefined;
    if (role !== 'worker') {
      const receive = createReceive({ config, queue, caughtUp, observer, clock });
      const server = buildServer({
        receive,
        queue,
        metrics,
        log,
        secretTokens: config.webhook.secretTokens,
        signingTokens: config.webhook.signingTokens,
        isStopping: () => isStopping,
      });
      closers.push(() => server.close());
      address = await server.listen({ host: config.server.host, port: config.server.port });
    }
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

/** Makes something for each agent's account, and gives it by the agent's name. */
function ofAgents<T>({ gitlab, agents }: Config, make: (login: Login) => T): (agent: string) => T {
  const made = new Map(agents.map(({ name, token }) => [name, make({ url: gitlab.url, token })]));
  return (agent) => {
    const found = made.get(agent);
    if (found === undefined) throw new Error(`there is no agent ${agent}`);
    return found;
  };
}
