import type { Config, Trigger } from '../config/config.ts';
import type { Event } from '../events/event.ts';
import { CHECKS } from './checks.ts';
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
export function matchTriggers(event: Event, { triggers }: Pick<Config, 'triggers'>): Matching {
  const matches: Match[] = [];
  const verdicts = triggers.map((trigger): Verdict => {
    const against = firstObjection(event, trigger);
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

function firstObjection(event: Event, trigger: Trigger): string | undefined {
  for (const check of CHECKS) {
    const against = check(event, trigger);
    if (against !== undefined) return against;
  }
  return undefined;
}

function whyMatched(event: Event, trigger: Trigger): string {
  const account = `@${trigger.agent.account}`;
  const item = `${event.resource.type === 'issue' ? 'issue' : 'merge request'} ${event.resource.iid}`;
  switch (event.kind) {
    case 'mention':
      return `@${event.actor.username} mentioned ${account} on ${item}.`;
    case 'assign':
      return `@${event.actor.username} assigned ${account} to ${item}.`;
    case 'assign_reviewer':
      return `@${event.actor.username} asked ${account} for a review of ${item}.`;
    default:
      return event satisfies never;
  }
}
