import type { Config } from '../config/config.ts';
import type { Event, Person } from '../events/event.ts';

/**
 * Why an event starts nothing whatever the triggers say: it was done by one of our own accounts, or it is older
 * than `limits.maxEventAge` (the webhook's Test button sends the newest item, however old). `undefined`: go on.
 */
export function reasonForSilence(
  event: Event,
  { agents, limits }: Pick<Config, 'agents' | 'limits'>,
  now: number,
): string | undefined {
  if (isOwnAccount(event.actor, { agents })) {
    return `It was done by @${event.actor.username}, an account of Beckon's own.`;
  }
  if (event.happenedAt !== undefined && now - Date.parse(event.happenedAt) > limits.maxEventAge) {
    return `It happened at ${event.happenedAt}, longer ago than limits.maxEventAge.`;
  }
  return undefined;
}

/** Whether a person is one of the accounts of our agents. */
export function isOwnAccount({ username }: Person, { agents }: Pick<Config, 'agents'>): boolean {
  return agents.some(({ account }) => account.toLowerCase() === username.toLowerCase());
}
