import type { Config } from '../../src/config/config.ts';
import { createObey } from '../../src/obey.ts';
import { createPerform } from '../../src/perform.ts';
import { startConsumer } from '../../src/queue/consumer.ts';
import { createRunQueue } from '../../src/queue/producer.ts';
import { createRates } from '../../src/queue/rates.ts';
import { createTurns } from '../../src/queue/turns.ts';
import { createReceive } from '../../src/receive.ts';
import { createNamedUsers } from '../../src/runs/named-users.ts';
import { createParentOf } from '../../src/runs/parent.ts';
import type { Observer } from '../../src/runs/ports.ts';
import type { RunRates } from '../../src/runs/queue-ports.ts';
import type { Run } from '../../src/runs/run.ts';
import { caughtUpDouble } from '../doubles/caught-up.ts';
import { silentObserver } from '../doubles/observer.ts';
import type { World } from './gitlab.ts';
import type { Home } from './home.ts';
import { homeOf } from './home-of.ts';
import type { Machine } from './machine.ts';

interface Tools {
  readonly config: Config;
  readonly home: Home;
  readonly world: World;
  readonly concurrency: number;
  readonly observer: Pick<Observer, 'retrying' | 'gaveUp'>;
  /** Hears of every run that was let in. */
  readonly onCounted: (run: Run) => void;
  /** Hears that a pause was ended. */
  readonly onResumed: () => void;
  /** Hears of faults of our own code. */
  readonly onFault: (error: unknown, runId: string | undefined) => void;
}

/** Milliseconds; longer than any play. */
const RETENTION = 30 * 86_400_000;

/** The half that receives. */
export function startWeb({ config, home }: Pick<Tools, 'config' | 'home'>, machine: Machine) {
  const queue = createRunQueue(homeOf(home, machine), { retention: RETENTION });
  return {
    queue,
    receive: createReceive({
      config,
      queue,
      caughtUp: caughtUpDouble(config),
      observer: silentObserver,
      clock: Date.now,
    }),
  };
}

/** The half that performs, wired as the service wires it. */
export async function startWorker(
  { config, home, world, concurrency, observer, onCounted, onResumed, onFault }: Tools,
  machine: Machine,
) {
  const backend = homeOf(home, machine);
  const queue = createRunQueue(backend, { retention: RETENTION });
  const accounts = new Map(config.agents.map(({ name, account }) => [name, account]));
  const gitlabOf = (agent: string) => world.gitlabOf(accounts.get(agent) ?? '', machine);
  const turns = createTurns(backend, {
    queue,
    limits: config.limits.runs,
    onWaiting: () => {},
    onError: () => {},
  });
  const rates = heard(
    createRates(backend.limiterOf, { rates: config.limits.rate, now: Date.now, onRefused: () => {} }),
    { onCounted, onResumed },
  );
  const isLetIn = createNamedUsers({ clock: Date.now, unknown: () => {} });
  const perform = createPerform({
    isLetIn,
    config,
    gitlabOf,
    parentOf: createParentOf(queue),
    stopOf: (runId) => queue.stopOf(runId).catch(() => undefined),
    turns,
    rates,
    observer: { ...silentObserver, ...observer },
    clock: Date.now,
    random: () => 0.5,
  });
  const consumer = await startConsumer(backend, {
    perform,
    onCommand: createObey({
      config,
      gitlabOf,
      isLetIn,
      queue,
      rates,
      observer: silentObserver,
      clock: Date.now,
    }),
    concurrency,
    onError: onFault,
    clock: Date.now,
  });
  machine.onDeath(() => void turns.close());
  return {
    async stop() {
      await consumer.close(0);
      await turns.close();
      machine.die();
    },
  };
}

export type Worker = Awaited<ReturnType<typeof startWorker>>;

function heard(rates: RunRates, { onCounted, onResumed }: Pick<Tools, 'onCounted' | 'onResumed'>): RunRates {
  return {
    async count(run) {
      const answer = await rates.count(run);
      if (answer.kind === 'allowed') onCounted(run);
      return answer;
    },
    async resume(about) {
      onResumed();
      await rates.resume(about);
    },
  };
}
