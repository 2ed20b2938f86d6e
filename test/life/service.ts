import type { Config } from '../../src/config/config.ts';
import type { Delivery } from '../../src/events/delivery.ts';
import { BeckonError } from '../../src/lib/errors.ts';
import { Failure } from '../../src/runs/failures.ts';
import type { World } from './gitlab.ts';
import type { Home } from './home.ts';
import { createMachine, type Machine } from './machine.ts';
import { startWeb, startWorker, type Worker } from './process.ts';
import type { Rules } from './rules.ts';
import type { Troubles } from './trouble.ts';

const WORKERS = 2;
/** Milliseconds after which a worker that died is there again. */
const AGAIN = 5_000;

/** A service of several processes, of which some die and come back. */
export function createService({
  config,
  home,
  world,
  concurrency,
  troubles,
  rules,
  isCalm,
  tell,
}: {
  config: Config;
  home: Home;
  world: World;
  concurrency: number;
  troubles: Troubles;
  rules: Rules;
  isCalm: boolean;
  tell: (words: string) => void;
}) {
  const workers: { machine: Machine; worker: Worker }[] = [];
  const lives: number[] = [];
  const accepted = new Set<string>();
  let isOver = false;

  async function startOne(which: number): Promise<void> {
    const life = (lives[which] ?? 0) + 1;
    lives[which] = life;
    const machine = createMachine(`worker ${which}${life === 1 ? '' : `, in life ${life},`}`, troubles);
    machine.onDeath(() => {
      if (isOver) return;
      tell(`  ${machine.name} is dead`);
      setTimeout(() => void startOne(which), AGAIN);
    });
    const observer = {
      retrying({ id }: { id: string }, { error }: { error: unknown }) {
        rules.onRetrying(id, error);
      },
      gaveUp({ id }: { id: string }, { step, error }: { step: string; error: unknown }) {
        tell(`  ${id} gives up at ${step}: ${error}`);
        rules.onGaveUp(id, step, error);
      },
    };
    const tools = { config, home, world, concurrency, observer, ...rules, onFault };
    workers[which] = { machine, worker: await startWorker(tools, machine) };
  }

  function onFault(error: unknown, runId: string | undefined): void {
    tell(`  fault with ${runId}: ${error}`);
    const isOutside =
      error instanceof Failure ||
      error instanceof BeckonError ||
      /connection broke|ECONNREFUSED/.test(String(error));
    if (isCalm || !isOutside)
      rules.broken(`a fault of our own: ${error instanceof Error ? error.stack : error}`);
  }

  return {
    /** The runs that were accepted. */
    accepted,
    async start() {
      for (let which = 0; which < WORKERS; which += 1) await startOne(which);
    },
    /** Each delivery comes to a process of its own, so that what happens to one happens to no other. */
    async receive(delivery: Delivery): Promise<void> {
      try {
        const answer = await startWeb({ config, home }, createMachine('web', troubles)).receive(delivery);
        if (answer.status !== 'accepted') return;
        for (const { id } of answer.runs) accepted.add(id);
      } catch (error) {
        tell(`  the delivery is not taken: ${error}`);
        if (isCalm) rules.broken(`a delivery was not taken: ${error}`);
      }
    },
    kill: (which: number) => workers[which]?.machine.die(),
    restart: (which: number) => void workers[which]?.worker.stop(),
    freeze(which: number, ms: number) {
      workers[which]?.machine.freeze(ms);
      setTimeout(home.look, ms + 1);
    },
    end() {
      isOver = true;
      for (const { machine } of workers) machine.die();
    },
  };
}
