import { createGitLab } from '../gitlab/client.ts';
import type { Wire } from '../gitlab/connection.ts';
import { openTransport } from '../gitlab/transport.ts';
import { createObey } from '../obey.ts';
import { createPerform } from '../perform.ts';
import { startConsumer } from '../queue/consumer.ts';
import { createRates } from '../queue/rates.ts';
import { createTurns } from '../queue/turns.ts';
import { createNamedUsers } from '../runs/named-users.ts';
import { createParentOf } from '../runs/parent.ts';
import type { GitLabOf } from '../runs/ports.ts';
import { createTick, scheduledTriggers } from '../tick.ts';
import { type Base, ofAgents, type Process } from './base.ts';
import { dutiesOf } from './duties.ts';

/** Starts the half that performs runs. */
export async function startWorker(base: Base, process: Process): Promise<void> {
  const { config, log, metrics, observer, clock, backend, queue } = base;
  const dispatcher = await openTransport({ caFile: config.gitlab.caFile });
  process.onClose(() => dispatcher.destroy());
  const wire: Wire = {
    dispatcher,
    onRequest: (operation, status) => metrics.gitlabRequests.inc({ operation, status: String(status) }),
  };
  const gitlabOf: GitLabOf = ofAgents(config, (login) => createGitLab(login, wire));
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
  process.onClose(() => turns.close());
  const rates = createRates(backend.limiterOf, {
    rates: config.limits.rate,
    now: clock,
    onRefused: (limit) => metrics.refused.inc({ limit }),
  });
  const isLetIn = createNamedUsers({
    clock,
    unknown: (username) => log.warn({ username }, 'GitLab does not know a user whom a trigger names'),
  });
  const perform = createPerform({
    config,
    gitlabOf,
    // Where the queue is away a moment long the next look will do.
    stopOf: (runId) => queue.stopOf(runId).catch(() => undefined),
    parentOf: createParentOf(queue),
    isLetIn,
    turns,
    rates,
    observer,
    clock,
    random: Math.random,
  });
  const consumer = await startConsumer(backend, {
    perform,
    onCommand: createObey({ config, gitlabOf, isLetIn, queue, rates, observer, clock }),
    ticks: {
      schedules: scheduledTriggers(config),
      onTick: createTick({ config, gitlabOf, queue, observer, clock }),
      duties: dutiesOf(base, { gitlabOf, wire, process }),
    },
    concurrency: config.queue.concurrency,
    onError: (error, runId) => log.error({ runId, err: error }, 'worker fault'),
    clock,
  });
  process.onClose(() => consumer.close(process.left()));
}
