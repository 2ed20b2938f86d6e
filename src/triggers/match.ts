import type { Config, Trigger } from '../config/config.ts';
import { type Event, isOperators } from '../events/event.ts';
import { createCandidates } from './candidates.ts';
import { type About, CHECKS } from './checks.ts';
import { agentOf } from './silence.ts';
import type { Verdict } from './verdict.ts';

/** An event together with a trigger that wants it. */
export interface Match {
  readonly event: Event;
  readonly trigger: Trigger;
}

export interface Matching {
  readonly matches: readonly Match[];
  /**
   * One for each trigger, in the order of the config; where they are too many, those that matched, then those that the
   * event could concern, then the first.
   */
  readonly verdicts: readonly Verdict[];
  /** Verdicts for which there was no room. */
  readonly leftOut: number;
}

/** Triggers of which all verdicts are in an answer: it is there for people, and GitLab shows no more than its beginning. */
export const FEW_VERDICTS = 25;
/** Verdicts in an answer where there are more triggers than that. */
const FEWER_VERDICTS = 10;

/** What the triggers say of an event. `payload`: the one that it was read from. */
export type MatchTriggers = (event: Event, payload: unknown) => Matching;

/**
 * Asks the triggers about events. An agent runs once for an event even when several of its triggers want it: the first
 * one counts. `most`: of how many triggers all verdicts are told.
 */
export function createMatch(
  { agents, triggers }: Pick<Config, 'agents' | 'triggers'>,
  { most = Number.POSITIVE_INFINITY }: { readonly most?: number } = {},
): MatchTriggers {
  const candidatesFor = createCandidates(triggers);

  return (event, payload) => {
    const about = { payload, asker: isOperators(event) ? undefined : agentOf(event.actor, { agents }) };
    const matches: Match[] = [];
    const known = new Map<Trigger, Verdict>();
    for (const trigger of candidatesFor(event)) {
      const verdict = verdictOn(event, trigger, { about, matches });
      if (verdict.matched) matches.push({ event, trigger });
      known.set(trigger, verdict);
    }
    const verdictOf = (trigger: Trigger) =>
      known.get(trigger) ?? verdictOn(event, trigger, { about, matches: [] });
    const told = toTell(triggers, { most, matches, candidates: known.keys() });
    return { matches, verdicts: told.map(verdictOf), leftOut: triggers.length - told.length };
  };
}

/** Those whose verdicts there is room for. `matches`, `candidates`: left out where no trigger could want the event. */
export function toTell(
  triggers: readonly Trigger[],
  {
    most = FEW_VERDICTS,
    matches = [],
    candidates = [],
  }: {
    readonly most?: number;
    readonly matches?: readonly Match[];
    readonly candidates?: Iterable<Trigger>;
  } = {},
): readonly Trigger[] {
  if (triggers.length <= most) return triggers;
  const matched = matches.map(({ trigger }) => trigger);
  const told = new Set([...matched, ...candidates, ...triggers.slice(0, FEWER_VERDICTS)]);
  return [...told].slice(0, Math.max(FEWER_VERDICTS, matched.length));
}

function verdictOn(
  event: Event,
  trigger: Trigger,
  { about, matches }: { readonly about: About; readonly matches: readonly Match[] },
): Verdict {
  const against = firstObjection(event, trigger, about);
  if (against !== undefined) return { trigger: trigger.name, matched: false, reason: against };
  const earlier = matches.find((match) => match.trigger.agent === trigger.agent);
  if (earlier === undefined) {
    return { trigger: trigger.name, matched: true, reason: whyMatched(event, trigger) };
  }
  const reason = `The agent ${trigger.agent.name} already runs for this by the trigger ${earlier.trigger.name}.`;
  return { trigger: trigger.name, matched: false, reason };
}

function firstObjection(event: Event, trigger: Trigger, about: About): string | undefined {
  for (const check of CHECKS) {
    const against = check(event, trigger, about);
    if (against !== undefined) return against;
  }
  return undefined;
}

function whyMatched(event: Event, trigger: Trigger): string {
  const who = event.actor.username === '' ? 'Somebody' : `@${event.actor.username}`;
  const account = `@${trigger.agent.account}`;
  const where = itemOf(event);
  switch (event.kind) {
    case 'mention':
      return `${who} mentioned ${account} on ${where}.`;
    case 'assign':
      return `${who} assigned ${account} to ${where}.`;
    case 'assign_reviewer':
      return `${who} asked ${account} for a review of ${where}.`;
    case 'description':
      return `${who} named ${account} in the description of ${where}.`;
    case 'label':
      return `${who} added the label ${shown(event.action)} to ${where}.`;
    case 'emoji':
      return `${who} reacted with ${shown(event.action)} on ${where}.`;
    case 'api':
      return event.asked === 'on_behalf'
        ? `${account} was asked for by the API, on ${where} and on behalf of ${who}.`
        : `${account} was asked for by the API, on ${where}.`;
    default:
      return `${event.kind} (${shown(event.action)}) on ${where}, by ${who}.`;
  }
}

/** A name out of the payload, short and on one line. */
function shown(name: string): string {
  return JSON.stringify(name.slice(0, 60));
}

function itemOf({ resource, project }: Event): string {
  if (resource === undefined) return project.path;
  return `${resource.type === 'issue' ? 'issue' : 'merge request'} ${resource.iid}`;
}
