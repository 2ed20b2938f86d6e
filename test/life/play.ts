import type { Config } from '../../src/config/config.ts';
import { agent, config, trigger } from '../builders/config.ts';
import { NOW } from '../builders/payloads.ts';
import { createActing } from './acts.ts';
import { checkEnd } from './end.ts';
import { createWorld, type World } from './gitlab.ts';
import { createHome, type Home, type StoredJob } from './home.ts';
import type { Plan } from './plan.ts';
import { watchRules } from './rules.ts';
import { createService } from './service.ts';
import { virtualTime } from './time.ts';
import { createTroubles } from './trouble.ts';
import { inWords } from './words.ts';

const HOUR = 3_600_000;
/** The longest that a play may go on after its last act. */
const MOST = 16 * HOUR;
/** What nobody gave back is taken within a minute. */
const SWEPT = 70_000;

function configOf({ limits, tightRate, onBusy }: Plan): Config {
  const claude = agent({ timeout: 600_000, notify: 'auto', reactions: true });
  const codex = agent({ name: 'codex', account: 'codex-bot', timeout: 900_000 });
  const wide = { count: 1_000, per: HOUR };
  const rate = { perUser: wide, perProject: wide, perAgent: wide, perObject: wide };
  if (tightRate !== undefined) rate[tightRate] = { count: 1, per: HOUR };
  return config({
    agents: [claude, codex],
    triggers: [
      trigger({ agent: claude, onBusy: onBusy.claude }),
      trigger({ name: 'codex', agent: codex, onBusy: onBusy.codex }),
    ],
    limits: { ...config().limits, runs: limits, rate },
  });
}

/** How a job stands, in words. */
function standing({ data, state }: StoredJob): string {
  const { step, outcome, failures } = JSON.parse(data);
  const failed = failures > 0 ? `failed ${failures} times` : undefined;
  // What is watched comes and goes for hours.
  const now = step === 'watch' || failures > 0 ? undefined : state;
  return [step, outcome?.kind, failed, now].filter(Boolean).join(', ');
}

/** Notes what happens, with the time. */
function createStory() {
  const lines: string[] = [];
  const stood = new Map<string, string>();
  const tell = (words: string) =>
    void lines.push(`${((Date.now() - NOW) / 1_000).toFixed(3).padStart(10)} s  ${words}`);
  return {
    tell,
    tellJob(job: StoredJob) {
      const now = standing(job);
      if (stood.get(job.id) !== now) tell(`  ${job.id}: ${now}`);
      stood.set(job.id, now);
    },
    whole: () => lines.join('\n'),
  };
}

/**
 * Plays a plan to its end against the whole of the service; gives the outcomes, and throws with the story when a
 * rule is broken. `isCalm`: there is no fault in it, so that things must not even take long.
 */
export async function play(plan: Plan, { isCalm }: { isCalm: boolean }): Promise<readonly string[]> {
  const time = virtualTime(NOW);
  const { tell, tellJob, whole } = createStory();
  const settings = configOf(plan);
  const troubles = createTroubles(tell);
  const scene = (): { config: Config; home: Home; world: World } => ({ config: settings, home, world });
  const rules = watchRules(scene, { isCalm });
  const home = createHome({
    ...rules.listener,
    jobChanged(job) {
      rules.listener.jobChanged(job);
      tellJob(job);
    },
  });
  const world = createWorld({
    fates: plan.fates,
    paces: plan.paces,
    listener: {
      pipelinesChanged: rules.pipelinesChanged,
      settled(pipeline, status) {
        tell(`  the pipeline of ${pipeline.runId}: ${status}`);
        void service.receive(people.settled(pipeline, status));
      },
    },
  });
  const { concurrency } = plan;
  const service = createService({ ...scene(), concurrency, troubles, rules, isCalm, tell });
  const { act, people, retries } = createActing({ home, world, service, time, troubles });

  const check = () => {
    const fault = rules.fault();
    if (fault !== undefined) throw new Error(`${fault}\n\n${whole()}\n`);
  };
  const isOver = () =>
    [...home.jobs.values()].every(({ finishedOn }) => finishedOn !== undefined) &&
    rules.pipelines().length === 0;

  try {
    await Promise.all([service.start(), time.pass(10)]);
    for (const one of plan.acts) {
      tell(inWords(one));
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
    await time.pass(isCalm ? 0 : SWEPT);
    checkEnd(scene(), {
      ...rules,
      accepted: service.accepted,
      retries: retries(),
      commands: people.commands,
    });
    check();
    return rules.runs().map(({ outcome }) => outcome?.kind ?? 'none');
  } finally {
    service.end();
    time.end();
  }
}
