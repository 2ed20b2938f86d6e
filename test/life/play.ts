import type { Config } from '../../src/config/config.ts';
import type { Delivery } from '../../src/events/delivery.ts';
import { BeckonError } from '../../src/lib/errors.ts';
import { Failure } from '../../src/runs/failures.ts';
import { agent, config, trigger } from '../builders/config.ts';
import { NOW } from '../builders/payloads.ts';
import { createWorld, type World } from './gitlab.ts';
import { createHome, type Home } from './home.ts';
import { createMachine, type Machine } from './machine.ts';
import { createPeople } from './people.ts';
import type { Act, Plan } from './plan.ts';
import { startWeb, startWorker, type Worker } from './process.ts';
import { checkEnd, watchRules } from './rules.ts';
import { virtualTime } from './time.ts';
import { createTroubles } from './trouble.ts';
import { inWords } from './words.ts';

const HOUR = 3_600_000;
/** The longest that a play may go on after its last act. */
const MOST = 16 * HOUR;
const WORKERS = 2;

function configOf({ limits, tightRates, onBusy }: Plan): Config {
  const claude = agent({ timeout: 600_000, notify: 'auto', reactions: true });
  const codex = agent({ name: 'codex', account: 'codex-bot', timeout: 900_000 });
  const wide = { count: 1_000, per: HOUR };
  const rate = tightRates
    ? {
        perUser: { count: 3, per: HOUR },
        perProject: { count: 4, per: HOUR },
        perAgent: { count: 4, per: HOUR },
        perObject: { count: 2, per: HOUR },
      }
    : { perUser: wide, perProject: wide, perAgent: wide, perObject: wide };
  return config({
    agents: [claude, codex],
    triggers: [
      trigger({ agent: claude, onBusy: onBusy.claude }),
      trigger({ name: 'codex', agent: codex, onBusy: onBusy.codex }),
    ],
    limits: { ...config().limits, runs: limits, rate },
  });
}

/** How a play went, and how often what it is about came up. */
export interface Played {
  readonly outcomes: readonly string[];
}

/** Plays a plan to its end against the whole of the service; throws with the story when a rule is broken. */
export async function play(plan: Plan, { isCalm }: { isCalm: boolean }): Promise<Played> {
  const time = virtualTime(NOW);
  const story: string[] = [];
  const tell = (words: string) =>
    void story.push(`${((Date.now() - NOW) / 1_000).toFixed(3).padStart(10)} s  ${words}`);
  let fault: string | undefined;
  const broken = (words: string) => {
    fault ??= words;
  };
  const check = () => {
    if (fault === undefined) return;
    throw new Error(`${fault}\n\n${story.join('\n')}\n`);
  };

  const gaveUp = new Set<string>();
  const notCleanedUp = new Set<string>();
  const accepted = new Set<string>();
  const deliveries: Delivery[] = [];
  let retries = 0;
  const settings = configOf(plan);
  const troubles = createTroubles(tell);
  const scene = (): { config: Config; home: Home; world: World } => ({ config: settings, home, world });
  const rules = watchRules(scene, { isCalm, notCleanedUp, broken });
  const told = new Map<string, string>();
  const home = createHome({
    ...rules.listener,
    jobChanged(job) {
      rules.listener.jobChanged(job);
      const { step, outcome, failures } = JSON.parse(job.data);
      const state = step === 'watch' || failures > 0 ? undefined : job.state;
      const now = [step, outcome?.kind, failures > 0 ? `failed ${failures} times` : undefined, state]
        .filter(Boolean)
        .join(', ');
      if (told.get(job.id) !== now) tell(`  ${job.id}: ${now}`);
      told.set(job.id, now);
    },
  });
  const world = createWorld({
    fates: plan.fates,
    paces: plan.paces,
    listener: {
      pipelinesChanged: rules.pipelinesChanged,
      settled: (pipeline, status) => {
        tell(`  the pipeline of ${pipeline.runId}: ${status}`);
        void receive(people.settled(pipeline, status));
      },
    },
  });
  const people = createPeople(world);
  const web = startWeb({ config: settings, home }, createMachine('web', troubles));

  const workers: { machine: Machine; worker: Worker }[] = [];
  const lives = [0, 0];
  async function startOne(which: number): Promise<void> {
    const life = (lives[which] ?? 0) + 1;
    lives[which] = life;
    const machine = createMachine(`worker ${which} in life ${life}`, troubles);
    machine.onDeath(() => {
      tell(`  ${machine.name} is dead`);
      setTimeout(() => void startOne(which), 5_000);
    });
    const worker = await startWorker(
      {
        config: settings,
        home,
        world,
        concurrency: plan.concurrency,
        observer: {
          gaveUp: ({ id }, { step, error }) => {
            tell(`  ${id} gives up at ${step}: ${error}`);
            gaveUp.add(id);
            if (step === 'deliver') notCleanedUp.add(id);
            const isOfGitLab =
              error instanceof Failure && /403|429|502|no answer|queue|connect/.test(error.message);
            if (!isOfGitLab && !rules.doubled.has(id))
              broken(`${id} gives up at ${step} for no reason: ${error}`);
          },
        },
        onCounted: rules.onCounted,
        onResumed: rules.onResumed,
        onFault: (error, runId) => {
          tell(`  fault with ${runId}: ${error}`);
          const isOutside =
            error instanceof Failure ||
            error instanceof BeckonError ||
            /connection broke|ECONNREFUSED/.test(String(error));
          if (isCalm || !isOutside)
            broken(`a fault of our own: ${error instanceof Error ? error.stack : error}`);
        },
      },
      machine,
    );
    workers[which] = { machine, worker };
  }

  async function receive(delivery: Delivery): Promise<void> {
    try {
      const answer = await web.receive(delivery);
      if (answer.status !== 'accepted') return;
      for (const { id } of answer.runs) accepted.add(id);
    } catch (error) {
      tell(`  the delivery is not taken: ${error}`);
      if (isCalm) broken(`a delivery was not taken: ${error}`);
    }
  }
  function deliver(delivery: Delivery, late = 0): void {
    deliveries.push(delivery);
    setTimeout(() => void receive(delivery), late);
  }

  async function act(one: Act): Promise<void> {
    tell(inWords(one));
    switch (one.do) {
      case 'ask':
        return deliver(people.ask(one.who, one.agents, one.at, one.thread), one.late);
      case 'assign':
        return deliver(people.assign(one.who, one.agent, one.at));
      case 'unassign':
        return deliver(people.unassign(one.who, one.agent, one.at));
      case 'close':
        return deliver(people.close(one.who, one.at));
      case 'command':
        if (one.name === 'retry') retries += 1;
        return deliver(people.command(one.who, one.agent, one.at, one.name, one.thread));
      case 'deliver again': {
        const old = deliveries[one.which % Math.max(1, deliveries.length)];
        if (old !== undefined) void receive(old);
        return;
      }
      case 'cancel the pipelines':
        return world.cancelAll();
      case 'wait':
        return time.pass(one.ms);
      case 'trouble':
        return troubles.add(one);
      case 'a worker dies':
        return workers[one.which]?.machine.die();
      case 'a worker is restarted':
        void workers[one.which]?.worker.stop();
        return;
      case 'a worker freezes':
        workers[one.which]?.machine.freeze(one.ms);
        setTimeout(home.look, one.ms + 1);
        return;
      case 'the queue is away':
        return home.goAway(one.ms);
      case 'GitLab is away':
        return world.goAway(one.ms);
      default:
        return one satisfies never;
    }
  }

  const isOver = () =>
    [...home.jobs.values()].every(({ state }) => state === 'completed' || state === 'failed') &&
    rules.pipelines().length === 0;

  try {
    for (let which = 0; which < WORKERS; which += 1) void startOne(which);
    await time.pass(10);
    for (const one of plan.acts) {
      await act(one);
      // Things of the same moment come one after the other.
      await time.pass(1);
      check();
    }
    // What is late has arrived by then.
    await time.pass(30_000);
    const end = Date.now() + MOST;
    while (!isOver() && Date.now() < end) {
      await time.step();
      check();
    }
    // What nobody gave back is taken within a minute.
    await time.pass(isCalm ? 0 : 70_000);
    check();
    const runs = rules.runs();
    checkEnd(scene(), {
      runs,
      accepted,
      gaveUp,
      notCleanedUp,
      mustStop: rules.mustStop,
      doubled: rules.doubled,
      retries,
      broken,
    });
    check();
    return { outcomes: runs.map(({ outcome }) => outcome?.kind ?? 'none') };
  } finally {
    for (const { machine } of workers) machine.die();
    time.end();
  }
}
