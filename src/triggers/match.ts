import type { Config, Trigger } from '../config/config.ts';
import { type Event, isOperators } from '../events/event.ts';
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
  /** One for each trigger, in the order of the config. */
  readonly verdicts: readonly Verdict[];
}

/**
 * Asks every trigger about an event. An agent runs once for an event even when several of its triggers want it:
 * the first one counts.
 */
export function matchTriggers(
  event: Event,
  payload: unknown,
  { agents, triggers }: Pick<Config, 'agents' | 'triggers'>,
): Matching {
  const matches: Match[] = [];
  const about = { payload, asker: isOperators(event) ? undefined : agentOf(event.actor, { agents }) };
  const verdicts = triggers.map((trigger): Verdict => {
    const against = firstObjection(event, trigger, about);
    if (against !== undefined) return { trigger: trigger.name, matched: false, reason: against };
    const earlier = matches.find((match) => match.trigger.agent === trigger.agent);
    if (earlier !== undefined) {
      const reason = `The agent ${trigger.agent.name} already runs for this by the trigger ${earlier.trigger.name}.`;
      return { trigger: trigger.name, matched: false, reason };
    }
    matches.push({ event, trigger });
    return { trigger: trigger.name, matched: true, reason: whyMatched(event, trigger) };
  });
  return { matches, verdicts };
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
