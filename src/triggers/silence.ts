import type { Config } from '../config/config.ts';
import type { Event, Person } from '../events/event.ts';

/**
 * Why an event starts nothing whatever the triggers say: it was done by one of our own accounts, or it is from
 * before `acceptsFrom` (the webhook's Test button sends the newest item, however old). `undefined`: go on.
 */
export function reasonForSilence(
  event: Event,
  { agents }: Pick<Config, 'agents'>,
  acceptsFrom: number,
): string | undefined {
  if (isOwnAccount(event.actor, { agents })) {
    return `It was done by @${event.actor.username}, an account of Beckon's own.`;
  }
  if (isBefore(event, acceptsFrom)) {
    return `It happened at ${event.happenedAt}, longer ago than limits.maxEventAge.`;
  }
  return undefined;
}

/** Whether an event is known to be from before a time, in milliseconds since the epoch. */
export function isBefore({ happenedAt }: Event, time: number): boolean {
  return happenedAt !== undefined && Date.parse(happenedAt) < time;
}

/** Whether a person is one of the accounts of our agents. */
export function isOwnAccount({ username }: Person, { agents }: Pick<Config, 'agents'>): boolean {
  return agents.some(({ account }) => account.toLowerCase() === username.toLowerCase());
}
