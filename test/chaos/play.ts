import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { keepTrying } from '../../src/queue/keep-trying.ts';
import { openBackend } from '../../src/queue/open-backend.ts';
import { createRunQueue } from '../../src/queue/producer.ts';
import type { StandInGitLab } from '../gitlab/start.ts';
import { newFolder } from '../support/temporary.ts';
import { runPipelines } from './ci.ts';
import { watchDeliveries } from './deliveries.ts';
import { type Fleet, startFleet } from './fleet.ts';
import { type ChaosHome, type HomeName, openHome } from './homes.ts';
import { momentsOf } from './moments.ts';
import { peopleOf } from './people.ts';
import { randomOf } from './random.ts';
import { type ChaosScene, openScene } from './scene.ts';
import { type Act, freezeOf, scheduleOf } from './schedule.ts';
import { troubleGitLab } from './troubles.ts';
import { areAllAnswered, judge, type Verdict } from './verdict.ts';

/** Milliseconds of peace between two blows. */
const GAP_MS = 1_000;

export interface PlayOptions {
  readonly home: HomeName;
  readonly seed: number;
  /** How long it goes on before everything is left to heal. */
  readonly seconds: number;
  /** Requests of people in a second. */
  readonly rate: number;
  /** 1 leaves runs hardly time to get anywhere between two blows; more is calmer. */
  readonly calm: number;
  /** Milliseconds within which all is answered after that. */
  readonly patience: number;
}

export interface Played extends Verdict {
  readonly runs: number;
  /** How often each thing happened. */
  readonly counts: Readonly<Record<string, number>>;
  /** Milliseconds from the last blow to the last answer. */
  readonly healing: number;
  /** What the program said, and what it asked of GitLab. */
  readonly log: readonly string[];
  readonly asked: StandInGitLab['requests'];
}

/** Has people ask agents for things while everything breaks that can, heals it, and compares. */
export async function play({
  home: name,
  seed,
  seconds,
  rate,
  calm,
  patience,
}: PlayOptions): Promise<Played> {
  const { blows, outages, troubles, wishes } = scheduleOf({ seed, seconds, rate, calm });
  const home = await openHome(name);
  const scene = await openScene(home);
  const folder = await newFolder();
  const log: string[] = [];
  const counts = new Map<string, number>();
  const count = (what: string, times = 1): void => void counts.set(what, (counts.get(what) ?? 0) + times);
  const { requests, ask } = peopleOf(scene);
  runPipelines(scene, seed);
  const fleet = await startFleet(name === 'embedded' ? ['all'] : ['web', 'worker', 'worker'], {
    ...scene,
    folder,
    onLog: (line) => void log.push(line),
  });
  const moments = momentsOf(scene);
  const deliveries = watchDeliveries(scene, {
    requests: () => requests,
    onTaken: () => moments.come('taken'),
  });
  const strike = striker({ scene, home, fleet, moments, count });
  try {
    const end = Date.now() + seconds * 1_000;
    const strikeAll = async () => {
      for (const blow of blows) {
        await fleet.ready();
        if (Date.now() > end) break;
        await strike(blow);
        await sleep(GAP_MS * calm);
      }
      await strike(freezeOf(randomOf(`${seed} last`)));
    };
    await Promise.all([
      strikeAll(),
      ...[...outages, ...troubles].map(({ at, what }) => sleep(at).then(() => strike(what))),
      ...wishes.map(({ at, what }) => sleep(at).then(() => ask(what))),
    ]);
    const struck = Date.now();
    scene.gitlab.faults.clear();
    await fleet.healed();
    // What was killed is back, but it may be slow to answer where many tests share the machine.
    const patiently = <T>(ask: () => Promise<T>) => keepTrying('look at the queue', ask, { ms: patience });
    const backend = await patiently(() => openBackend(home.queue, { isGuest: true }));
    const queue = createRunQueue(backend, { retention: 1 });
    for (const end = Date.now() + patience; Date.now() < end; await sleep(200)) {
      if (!areAllAnswered(scene, requests)) continue;
      // Delayed there are always some: the next times of what workers do ever again.
      const { waiting, active } = await patiently(() => queue.depth());
      const runs = await patiently(() => queue.list({ limit: 1, unfinished: true }));
      if (waiting + active + runs.length === 0) break;
    }
    await queue.close();
    const healing = Date.now() - struck;
    const verdict = await judge(scene, requests, log);
    const { refused, resent } = deliveries.counts();
    count('deliveries refused', refused);
    count('deliveries resent', resent);
    return {
      ...verdict,
      runs: requests.length,
      counts: Object.fromEntries(counts),
      healing,
      log,
      asked: scene.gitlab.requests,
    };
  } finally {
    await deliveries.close();
    await fleet.close();
    await scene.gitlab.webhooksSettled();
    await scene.gitlab.close();
    await home.close();
    await rm(folder, { recursive: true, force: true });
  }
}

function striker({
  scene,
  home,
  fleet,
  moments,
  count,
}: {
  scene: ChaosScene;
  home: ChaosHome;
  fleet: Fleet;
  moments: ReturnType<typeof momentsOf>;
  count: (what: string, times?: number) => void;
}) {
  const { strikeAt } = moments;
  const { faults } = scene.gitlab;

  return async (act: Act): Promise<void> => {
    switch (act.kind) {
      case 'kill': {
        const kill = (): void => count('processes killed', fleet.kill(act.who, act.pause));
        return act.when === undefined ? kill() : await strikeAt(act.when, kill);
      }
      case 'freeze':
        count('freezes');
        return await strikeAt(act.when, fleet.freeze);
      case 'roll':
        count('rolling restarts');
        return await fleet.roll();
      case 'queue':
        count('queue killed');
        await home.kill();
        await sleep(act.pause);
        return await home.start();
      case 'line':
        if (home.line === undefined) return;
        count(`line ${act.how}`);
        return await (act.how === 'cut' ? home.line.cut(act.ms) : home.line.silence(act.ms));
      case 'gitlab':
        return await troubleGitLab(act, { faults, happened: (trouble) => count(`GitLab ${trouble}`) });
      default:
        return act satisfies never;
    }
  };
}
