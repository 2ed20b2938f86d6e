import type { Config } from './config/config.ts';
import type { Delivery } from './events/delivery.ts';
import { parseDelivery } from './events/parse.ts';
import type { Settled } from './events/reading.ts';
import { readMarker } from './runs/marker.ts';
import { planRun, runOfBranch } from './runs/plan.ts';
import type { Clock, Observer, RunQueue } from './runs/ports.ts';
import { type Match, matchTriggers } from './triggers/match.ts';
import { reasonForSilence } from './triggers/silence.ts';
import type { Verdict } from './triggers/verdict.ts';

/** A run that a delivery asked for. */
export interface TakenRun {
  readonly id: string;
  readonly agent: string;
  readonly trigger: string;
  /** It was known already. */
  readonly duplicate: boolean;
}

/** What became of a delivery. */
export type Received =
  | { readonly status: 'accepted'; readonly runs: readonly TakenRun[]; readonly verdicts: readonly Verdict[] }
  | { readonly status: 'ignored'; readonly reason: string; readonly verdicts: readonly Verdict[] }
  | { readonly status: 'unreadable'; readonly reason: string };

export type Receive = (delivery: Delivery) => Promise<Received>;

/**
 * The inbound half: delivery → event → verdicts → run → queue. Asks nothing of GitLab. A run is durable before
 * it is reported as taken; rejects with what the queue rejects when it cannot take one.
 */
export function createReceive(tools: {
  readonly config: Pick<Config, 'gitlab' | 'agents' | 'triggers' | 'limits'>;
  readonly queue: Pick<RunQueue, 'add' | 'wake'>;
  readonly observer: Pick<Observer, 'queued'>;
  readonly clock: Clock;
}): Receive {
  const { config, queue, observer, clock } = tools;

  async function take(match: Match): Promise<TakenRun> {
    const run = planRun(match, { gitlabUrl: config.gitlab.url, now: clock() });
    const { duplicate } = await queue.add(run);
    if (!duplicate) observer.queued(run);
    return { id: run.id, agent: run.agent, trigger: run.trigger, duplicate };
  }

  /** The run that waits for the end of this pipeline looks at once. On the branch of a first run later ones may work. */
  async function wakeRunOf({ branch, runId = runOfBranch(branch) }: Settled): Promise<void> {
    if (runId !== undefined) await queue.wake(runId);
  }

  /** The run whose progress note got a reaction, which may be the consent that it waits for. */
  async function wakeRunAsking(note: string): Promise<void> {
    const runId = readMarker(note)?.runId;
    if (runId !== undefined) await queue.wake(runId);
  }

  return async (delivery) => {
    const reading = parseDelivery(delivery);
    if ('settled' in reading && reading.settled !== undefined) await wakeRunOf(reading.settled);
    if ('reactedTo' in reading && reading.reactedTo !== undefined) await wakeRunAsking(reading.reactedTo);
    switch (reading.kind) {
      case 'unreadable':
        return { status: 'unreadable', reason: reading.reason };
      case 'ignored':
        return { status: 'ignored', reason: reading.reason, verdicts: [] };
      case 'events': {
        const now = clock();
        const silence = reading.events.map((event) => reasonForSilence(event, config, now)).find(Boolean);
        if (silence !== undefined) return ignored(silence);
        const matchings = reading.events.map((event) => matchTriggers(event, delivery.payload, config));
        const verdicts = matchings.flatMap((matching) => matching.verdicts);
        const runs: TakenRun[] = [];
        for (const match of matchings.flatMap((matching) => matching.matches)) runs.push(await take(match));
        if (runs.length === 0) return { ...ignored('No trigger matched.'), verdicts };
        return { status: 'accepted', runs, verdicts };
      }
      default:
        return reading satisfies never;
    }
  };
}

function ignored(reason: string): Extract<Received, { status: 'ignored' }> {
  return { status: 'ignored', reason, verdicts: [] };
}
