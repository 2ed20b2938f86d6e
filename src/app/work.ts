import { createGitLab } from '../gitlab/client.ts';
import type { Wire } from '../gitlab/connection.ts';
import { openTransport } from '../gitlab/transport.ts';
import { createObey } from '../obey.ts';
import { createPerform } from '../perform.ts';
import type { ConsumerOptions } from '../queue/consumer.ts';
import { createRates, type LimiterOf } from '../queue/rates.ts';
import type { Recurring } from '../queue/schedules.ts';
import { createTurns } from '../queue/turns.ts';
import { createParentOf } from '../runs/parent.ts';
import type { GitLabOf } from '../runs/ports.ts';
import { createTick, scheduledTriggers } from '../tick.ts';
import { type Base, countRequests, ofAgents, type Process } from './base.ts';
import { dutiesOf } from './duties.ts';
import { openNotify } from './notify.ts';

/** What a worker does with runs, commands and times by one config, with its own connections to GitLab. */
export interface Work
  extends Required<Pick<ConsumerOptions, 'perform' | 'onCommand' | 'onNotice'>>,
    Recurring {
  readonly onTick: Required<ConsumerOptions>['ticks']['onTick'];
  /** Once nothing of it is under way any more. */
  close(): Promise<void>;
}

/** Rejects with what {@link openTransport} rejects with. */
export async function openWork(
  base: Base,
  { limiterOf, process, isReplaced }: { limiterOf: LimiterOf; process: Process; isReplaced: () => boolean },
): Promise<Work> {
  const { config, log, metrics, observer, clock, backend, queue, traced, isLetIn } = base;
  const dispatcher = await openTransport({
    caFile: config.gitlab.caFile,
    runs: config.queue.concurrency,
  });
  const notify = await openNotify(base);
  const wire: Wire = {
    dispatcher,
    onRequest: countRequests(metrics),
    traced,
  };
  const gitlabOf: GitLabOf = ofAgents(config, (login) => createGitLab(login, wire));
  const turns = createTurns(backend, {
    queue,
    limits: config.limits.runs,
    onWaiting: (waiting) => {
      const oldest = waiting[0]?.at ?? clock();
      metrics.oldestWaiting.set(Math.max(0, clock() - oldest) / 1_000);
      for (const { name } of config.agents) {
        metrics.runsWaiting.set({ agent: name }, waiting.filter(({ agent }) => agent === name).length);
      }
    },
    onError: (error) => log.warn({ err: error }, 'turns fault'),
  });
  const rates = createRates(limiterOf, {
    rates: config.limits.rate,
    now: clock,
    onRefused: (limit) => metrics.refused.inc({ limit }),
  });
  return {
    perform: notify.telling(
      createPerform({
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
        traced,
        isReplaced,
      }),
    ),
    onNotice: notify.onNotice,
    onCommand: createObey({ config, gitlabOf, isLetIn, queue, rates, observer, clock }),
    onTick: createTick({ config, gitlabOf, queue, observer, clock }),
    schedules: scheduledTriggers(config),
    duties: dutiesOf(base, { gitlabOf, wire, process }),
    async close() {
      await turns.close();
      await notify.close();
      await dispatcher.destroy();
    },
  };
}
