import type { Config } from './config/config.ts';
import { type CommandName, commandIn } from './events/command.ts';
import type { Delivery } from './events/delivery.ts';
import type { Ending } from './events/ending.ts';
import type { Event } from './events/event.ts';
import { atTime, objectKey, timeInKey } from './events/key.ts';
import { parseDelivery } from './events/parse.ts';
import type { Reading, Settled } from './events/reading.ts';
import { type Command, planCommand, planStop } from './runs/command.ts';
import { readMarker } from './runs/marker.ts';
import { planRun, runOfBranch } from './runs/plan.ts';
import type { Clock, Observer } from './runs/ports.ts';
import type { CaughtUp, RunQueue } from './runs/queue-ports.ts';
import { createMatch, FEW_VERDICTS, type Match } from './triggers/match.ts';
import { agentOf, isBefore, reasonForNothing, reasonForSilence } from './triggers/silence.ts';
import type { Verdict } from './triggers/verdict.ts';

/** A run that a delivery asked for. */
export interface TakenRun {
  readonly id: string;
  readonly agent: string;
  readonly trigger: string;
  /** It was known already. */
  readonly duplicate: boolean;
}

/** What a comment asked of an agent's runs. */
export interface TakenCommand {
  readonly agent: string;
  readonly name: CommandName;
}

/** What became of a delivery. */
export type Received =
  | {
      readonly status: 'accepted';
      readonly runs: readonly TakenRun[];
      /** What was asked of runs in a comment with nothing else in it. */
      readonly commands?: readonly TakenCommand[];
      readonly verdicts: readonly Verdict[];
      /** Verdicts for which there was no room. */
      readonly leftOut?: number;
    }
  | {
      readonly status: 'ignored';
      readonly reason: string;
      readonly verdicts: readonly Verdict[];
      readonly leftOut?: number;
    }
  | { readonly status: 'unreadable'; readonly reason: string }
  /** It was here before, and whoever claims it said so: nothing was done. */
  | { readonly status: 'replayed'; readonly reason: string; readonly verdicts: readonly Verdict[] };

/** What the triggers say of a delivery, and why there is nothing to do where none of them matches. */
interface Judgement {
  readonly matches: readonly Match[];
  readonly verdicts: readonly Verdict[];
  readonly leftOut: { readonly leftOut?: number };
  readonly reason: string;
}

/**
 * `claim` is asked once, before the first thing is done, and only where there is something to do; without it every
 * delivery counts as new.
 */
export type Receive = (delivery: Delivery, claim?: () => Promise<boolean>) => Promise<Received>;

/** Hears what is decided about deliveries. */
export interface ReceiveObserver extends Pick<Observer, 'queued'> {
  /** Not told of what cannot be read, or was here before. `events`: what the delivery tells of; empty where nobody could want it. */
  received(
    received: Exclude<Received, { status: 'unreadable' | 'replayed' }>,
    about: { readonly events: readonly Event[]; readonly by: 'delivery' | 'todo' },
  ): void;
}

/**
 * The inbound half: delivery → event → verdicts → run → queue. Asks nothing of GitLab. A run is durable before
 * it is reported as taken; rejects with what the queue rejects when it cannot take one. Events that come late count
 * as far back as `caughtUp` says.
 */
export function createReceive(tools: {
  readonly config: Pick<Config, 'gitlab' | 'agents' | 'triggers' | 'limits'>;
  readonly queue: Pick<RunQueue, 'add' | 'addCommand' | 'wake'>;
  readonly caughtUp: Pick<CaughtUp, 'acceptsFrom' | 'timeOf'>;
  readonly observer: ReceiveObserver;
  readonly clock: Clock;
  /** What the deliveries were made of: webhook requests, unless it says so. */
  readonly by?: 'delivery' | 'todo';
  /** How many verdicts are told of each event. */
  readonly mostVerdicts?: number;
}): Receive {
  const { config, queue, caughtUp, observer, clock, by = 'delivery', mostVerdicts = FEW_VERDICTS } = tools;
  const matchTriggers = createMatch(config, { most: mostVerdicts });

  /** The event by the time under which it is known already, where another source has told of it. */
  async function asKnown({ event, trigger }: Match): Promise<Event> {
    const time = timeInKey(event);
    if (time === undefined || time === '') return event;
    const at = Date.parse(time);
    const known = await caughtUp.timeOf({ name: `${trigger.agent.name} ${objectKey(event)}`, at, by });
    return known === at ? event : atTime(event, new Date(known).toISOString());
  }

  async function take(match: Match): Promise<TakenRun> {
    const event = await asKnown(match);
    const run = planRun({ ...match, event }, { gitlabUrl: config.gitlab.url, now: clock() });
    const { duplicate } = await queue.add(run);
    if (!duplicate) observer.queued(run);
    return { id: run.id, agent: run.agent, trigger: run.trigger, duplicate };
  }

  function commandOf({ event, trigger }: Match): Command | undefined {
    if (event.kind !== 'mention') return undefined;
    const name = commandIn(event.input, trigger.agent.account);
    if (name === undefined) return undefined;
    return planCommand({ event, trigger }, name, { gitlabUrl: config.gitlab.url });
  }

  /** The run that waits for the end of this pipeline looks at once. On the branch of a first run later ones may work. */
  async function wakeRunOf({ branch, runId = runOfBranch(branch), pipeline }: Settled): Promise<void> {
    if (runId !== undefined) await queue.wake(runId, pipeline);
  }

  /** The run whose progress note got a reaction, which may be the consent that it waits for. */
  async function wakeRunAsking(note: string): Promise<void> {
    const runId = readMarker(note)?.runId;
    if (runId !== undefined) await queue.wake(runId);
  }

  /** Stops for the runs of every agent whose work this ends; of an agent with several triggers the first one counts. */
  function stopsFor(ending: Ending): readonly Command[] {
    const { project, accounts, cause, actor } = ending;
    if (agentOf(actor, config)) return [];
    const agents = new Set<string>();
    const stops: Command[] = [];
    for (const trigger of config.triggers) {
      const { name, account } = trigger.agent;
      if (agents.has(name) || !trigger.stopOn.has(cause) || !trigger.projects.match(project.path)) continue;
      if (accounts !== undefined && !accounts.includes(account.toLowerCase())) continue;
      agents.add(name);
      stops.push(planStop(ending, trigger, { gitlabUrl: config.gitlab.url }));
    }
    return stops;
  }

  async function judge(
    reading: Exclude<Reading, { kind: 'unreadable' }>,
    payload: unknown,
  ): Promise<Judgement> {
    const nothing = (reason: string) => ({ matches: [], verdicts: [], leftOut: {}, reason });
    if (reading.kind === 'ignored') return nothing(reading.reason);
    const { events } = reading;
    const young = clock() - config.limits.maxEventAge;
    // How far back we have caught up is asked for what comes late only.
    const from = events.some((event) => isBefore(event, young)) ? await caughtUp.acceptsFrom() : young;
    const silence = events.map((event) => reasonForSilence(event, config, from)).find(Boolean);
    if (silence !== undefined) return nothing(silence);
    const matchings = events.map((event) => matchTriggers(event, payload));
    return {
      matches: matchings.flatMap((matching) => matching.matches),
      verdicts: matchings.flatMap((matching) => matching.verdicts),
      leftOut: leftOutOf(matchings.reduce((sum, matching) => sum + matching.leftOut, 0)),
      reason: reasonForNothing(events, config),
    };
  }

  return async (delivery, claim = async () => true) => {
    const reading = parseDelivery(delivery);
    if (reading.kind === 'unreadable') return { status: 'unreadable', reason: reading.reason };
    const stops = (reading.endings ?? []).flatMap(stopsFor);
    const { matches, verdicts, leftOut, reason } = await judge(reading, delivery.payload);
    if (stops.length + matches.length > 0 && !(await claim())) {
      return { status: 'replayed', reason: 'This very delivery was here already.', verdicts };
    }

    if (reading.settled !== undefined) await wakeRunOf(reading.settled);
    for (const stop of stops) await queue.addCommand(stop);
    if ('reactedTo' in reading && reading.reactedTo !== undefined) await wakeRunAsking(reading.reactedTo);
    const runs: TakenRun[] = [];
    const commands: TakenCommand[] = [];
    for (const match of matches) {
      const command = commandOf(match);
      if (command === undefined) runs.push(await take(match));
      else {
        await queue.addCommand(command);
        commands.push({ agent: command.agent, name: command.name });
      }
    }
    const received =
      matches.length === 0
        ? ({ status: 'ignored', reason, verdicts, ...leftOut } as const)
        : ({
            status: 'accepted',
            runs,
            ...(commands.length > 0 ? { commands } : {}),
            verdicts,
            ...leftOut,
          } as const);
    observer.received(received, { events: reading.kind === 'events' ? reading.events : [], by });
    return received;
  };
}

function leftOutOf(verdicts: number): { leftOut?: number } {
  return verdicts > 0 ? { leftOut: verdicts } : {};
}

/**
 * Tells beforehand whether a delivery would do something that is not done yet: start a run that is not there, or tell
 * runs something. Puts nothing into the queue.
 */
export function createForesee(tools: {
  readonly config: Parameters<typeof createReceive>[0]['config'];
  readonly queue: Pick<RunQueue, 'find'>;
  readonly caughtUp: Pick<CaughtUp, 'acceptsFrom'>;
  readonly clock: Clock;
}): (delivery: Delivery) => Promise<boolean> {
  return async (delivery) => {
    let wouldDo = false;
    const receive = createReceive({
      ...tools,
      queue: {
        add: async ({ id }) => {
          const duplicate = (await tools.queue.find(id)) !== undefined;
          wouldDo ||= !duplicate;
          return { duplicate };
        },
        addCommand: async () => {
          wouldDo = true;
        },
        wake: async () => {},
      },
      // Looking ahead leaves no trace; a run that is known by another time is found out when it comes.
      caughtUp: { acceptsFrom: tools.caughtUp.acceptsFrom, timeOf: async ({ at }) => at },
      observer: { queued: () => {}, received: () => {} },
    });
    await receive(delivery);
    return wouldDo;
  };
}
