import type { Config } from '../config/config.ts';
import type { Event } from '../events/event.ts';

/**
 * Why an event starts nothing whatever the triggers say: it was done by one of our own accounts, or it is older
 * than `limits.maxEventAge` (the webhook's Test button sends the newest item, however old). `undefined`: go on.
 */
export function reasonForSilence(
  event: Event,
  { agents, limits }: Pick<Config, 'agents' | 'limits'>,
  now: number,
): string | undefined {
  const actor = event.actor.username.toLowerCase();
  if (agents.some((agent) => agent.account.toLowerCase() === actor)) {
    return `It was done by @${event.actor.username}, an account of Beckon's own.`;
  }
  if (event.happenedAt !== undefined && now - Date.parse(event.happenedAt) > limits.maxEventAge) {
    return `It happened at ${event.happenedAt}, longer ago than limits.maxEventAge.`;
  }
  return undefined;
}
