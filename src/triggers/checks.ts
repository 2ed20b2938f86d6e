import { distance } from 'fastest-levenshtein';
import type { Agent, Trigger } from '../config/config.ts';
import { commandIn } from '../events/command.ts';
import { type Event, isOperators } from '../events/event.ts';

/** What there is to know of an event beside itself. */
export interface About {
  readonly payload: unknown;
  /** The agent of ours whose account did it. */
  readonly asker: Agent | undefined;
}

/** Says why a trigger does not want an event, in one sentence; `undefined`: nothing against it. */
export type Check = (event: Event, trigger: Trigger, about: About) => string | undefined;

const isEventWanted: Check = ({ kind }, trigger) =>
  trigger.events.has(kind) ? undefined : notSetUpFor(kind, trigger);

/** Why a trigger does not want what it is not set up for. */
export function notSetUpFor(what: string, { events }: Trigger): string {
  return `It is set up for ${[...events].join(', ')}, and this is ${what}.`;
}

const isAgentMeant: Check = (event, trigger) =>
  'accounts' in event ? meansAnother(event.kind, event.accounts, trigger) : undefined;

/** Why a trigger does not want what calls on these accounts, in lower case. */
function meansAnother(
  kind: keyof typeof MEANT,
  accounts: readonly string[],
  { agent }: Trigger,
): string | undefined {
  const account = agent.account.toLowerCase();
  if (accounts.includes(account)) return undefined;
  const meant = `${MEANT[kind]} ${listed(accounts)}, not @${account}.`;
  const nearMiss = accounts.some((name) => distance(name, account) <= MAX_TYPOS);
  return nearMiss ? `${meant} Was @${account} meant?` : meant;
}

/** Why a trigger does not want a comment that mentions these accounts, whatever else there is to know of it. */
export function againstMention(accounts: readonly string[], trigger: Trigger): string | undefined {
  if (!trigger.events.has('mention')) return notSetUpFor('mention', trigger);
  return meansAnother('mention', accounts, trigger);
}

/** The first few of them: the reason is to be read, and there may be hundreds. */
function listed(accounts: readonly string[]): string {
  const names = accounts
    .slice(0, 5)
    .map((name) => `@${name}`)
    .join(', ');
  return accounts.length > 5 ? `${names} and ${accounts.length - 5} more` : names;
}

/** Letters in which a name may differ from an account's and still look like a slip. */
const MAX_TYPOS = 2;

const MEANT = {
  mention: 'The comment mentions',
  assign: 'Newly assigned is',
  assign_reviewer: 'The review was asked of',
  description: 'The description newly names',
} as const;

const isAgentAllowed: Check = (event, trigger, { asker }) => {
  if (asker === undefined) return undefined;
  if (!trigger.allowAgents.has(asker.name)) return notAllowed(asker);
  return commandIn(event.input, trigger.agent.account) === undefined
    ? undefined
    : `@${asker.account} is an account of the agent ${asker.name}, and only people can give commands.`;
};

/** Why an agent may not start another. */
export function notAllowed({ account, name }: Agent): string {
  return `@${account} is an account of the agent ${name}, and the trigger does not name it in \`allowAgents\`.`;
}

const isProjectCovered: Check = (event, trigger) =>
  trigger.projects.match(event.project.path)
    ? undefined
    : `The project ${event.project.path} is not covered by ${trigger.projects.patterns.join(', ')}.`;

/** Why a trigger does not want what not everybody may see. Says nothing of what that is. */
export const IS_CONFIDENTIAL =
  'It is confidential or internal, and the trigger does not say `confidential: true`.';

const isConfidentialityAllowed: Check = (event, trigger) =>
  event.confidential && !trigger.confidential ? IS_CONFIDENTIAL : undefined;

const isPersonAllowed: Check = (event, trigger, { asker }) => {
  if (isOperators(event)) return undefined;
  const name = event.actor.username.toLowerCase();
  // Who edited a comment is only known by id, and asked for when the run is let in.
  if (name === '') return undefined;
  if (trigger.users.deny.has(name)) return `@${event.actor.username} is on its list of denied users.`;
  // On whose behalf an agent asks is looked up when the run is let in.
  if (asker !== undefined) return undefined;
  if (trigger.users.allow.size > 0 && !trigger.users.allow.has(name)) {
    return `@${event.actor.username} is not on its list of allowed users.`;
  }
  return undefined;
};

const isEditWanted: Check = (event, trigger) =>
  event.kind === 'mention' && event.note.editedAt !== undefined && !trigger.edits
    ? 'It is an edited comment, and the trigger does not say `edits: true`.'
    : undefined;

/** GitLab's filters name the action as a field of its own; the rest is the payload as it came. */
const isFilterPassed: Check = (event, trigger, { payload }) => {
  const filter = trigger.filters.get(event.kind);
  if (filter === undefined) return undefined;
  const action = 'action' in event ? { action: event.action } : {};
  return filter({ ...(payload as object), ...action })
    ? undefined
    : `It does not pass the filter for ${event.kind}.`;
};

/** Every condition of a trigger that can be decided from the event alone, in the order in which they are asked. */
export const CHECKS: readonly Check[] = [
  isEventWanted,
  isAgentMeant,
  isAgentAllowed,
  isProjectCovered,
  isConfidentialityAllowed,
  isEditWanted,
  isPersonAllowed,
  isFilterPassed,
];
