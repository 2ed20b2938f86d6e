import type { Agent, Config } from '../config/config.ts';
import type { Event, Person } from '../events/event.ts';
import { isOurs } from '../events/own-note.ts';

/**
 * Why an event starts nothing whatever the triggers say: it was done by one of our own accounts and is no comment
 * that its agent wrote, or it is from before `acceptsFrom` (the webhook's Test button sends the newest item, however
 * old). `undefined`: go on.
 */
export function reasonForSilence(
  event: Event,
  { agents }: Pick<Config, 'agents'>,
  acceptsFrom: number,
): string | undefined {
  const isAgentsWord = event.kind === 'mention' && !isOurs(event.input);
  if (!isAgentsWord && agentOf(event.actor, { agents })) return byOwnAccount(event);
  if (isBefore(event, acceptsFrom)) {
    return `It happened at ${event.happenedAt}, longer ago than limits.maxEventAge.`;
  }
  return undefined;
}

/** Whether an event is known to be from before a time, in milliseconds since the epoch. */
export function isBefore({ happenedAt }: Event, time: number): boolean {
  return happenedAt !== undefined && Date.parse(happenedAt) < time;
}

export const NO_TRIGGER = 'No trigger matched.';

/** Why events start nothing that no trigger wanted. */
export function reasonForNothing(events: readonly Event[], config: Pick<Config, 'agents'>): string {
  const own = events.find(({ actor }) => agentOf(actor, config));
  return own === undefined ? NO_TRIGGER : byOwnAccount(own);
}

function byOwnAccount({ actor }: Event): string {
  return `It was done by @${actor.username}, an account of Beckon's own.`;
}

/** The agents of a config by their accounts. */
const byAccount = new WeakMap<readonly Agent[], ReadonlyMap<string, Agent>>();

/** The agent of ours that acts as this account. */
export function agentOf({ username }: Person, { agents }: Pick<Config, 'agents'>): Agent | undefined {
  let known = byAccount.get(agents);
  if (known === undefined) {
    known = new Map(agents.toReversed().map((agent) => [agent.account.toLowerCase(), agent]));
    byAccount.set(agents, known);
  }
  return known.get(username.toLowerCase());
}
