import type { Config, Trigger } from '../config/config.ts';
import { mentionedAccounts } from '../events/mention.ts';
import { readUnread } from '../events/parse.ts';
import { kindIn, textsUnder } from '../events/raw.ts';
import { MENTIONS_NOBODY } from '../events/read-note.ts';
import { againstMention, notSetUpFor } from './checks.ts';
import { toTell } from './match.ts';
import { NO_TRIGGER } from './silence.ts';
import type { Verdict } from './verdict.ts';

/** There is nothing to do, and why. */
export interface Skimmed {
  readonly status: 'ignored';
  readonly reason: string;
  readonly verdicts: readonly Verdict[];
  readonly leftOut?: number;
}

/** `undefined`: the delivery has to be read. */
export type Skim = (body: Buffer) => Skimmed | undefined;

/**
 * Tells from its bytes that a delivery can start nothing and tells no run anything, before it is parsed: parsing costs
 * more than all the rest, and over nine in ten concern nobody. Never says so of one that would do something. Of the
 * others it knows comments, pushes, pipelines and what nothing is read from; all else has to be read.
 */
export function createSkim({ triggers }: Pick<Config, 'triggers'>): Skim {
  const push = unlessWanted('commit_to_default_branch', 'a push', triggers);
  const pipeline = unlessWanted('pipeline_hooks', 'a pipeline', triggers);
  const namesAccount = accountsIn(triggers);

  function skimNote(body: Buffer): Skimmed | undefined {
    const texts = textsUnder('note', body);
    if (texts === undefined) return undefined;
    // A look at the letters first: who is named is worked out where the comment is read.
    if (texts.some(namesAccount)) return undefined;
    const accounts = [...new Set(texts.flatMap(mentionedAccounts))];
    if (accounts.length === 0) return NOBODY;
    if (accounts.some(namesAccount)) return undefined;
    return nothing(NO_TRIGGER, triggers, (trigger) => againstMention(accounts, trigger) ?? '');
  }

  return (body) => {
    const kind = kindIn(body);
    switch (kind) {
      case undefined:
        return undefined;
      case 'note':
        return skimNote(body);
      case 'push':
        return push;
      case 'pipeline':
        // A run may wait for the end of one: that is on a branch of ours, and has its id where it got variables.
        return OF_OURS.some((part) => body.includes(part)) ? undefined : pipeline;
      default: {
        const unread = readUnread(kind);
        return unread && nothing(unread.reason);
      }
    }
  };
}

/**
 * Parts of `workloads` and `AI_FLOW_ID`, as they are found soonest: a short one is looked for by its first letter, which
 * JSON and prose have rarely.
 */
const OF_OURS = ['kloads', 'FLOW_I'] as const;

/** The same object for all, so that it is written as JSON once. */
const NOBODY = nothing(MENTIONS_NOBODY.reason);

/** What is said of all deliveries of a kind, where no trigger is set up for it. */
function unlessWanted(
  kind: 'commit_to_default_branch' | 'pipeline_hooks',
  what: string,
  triggers: readonly Trigger[],
): Skimmed | undefined {
  if (triggers.some(({ events }) => events.has(kind))) return undefined;
  return nothing(NO_TRIGGER, triggers, (trigger) => notSetUpFor(what, trigger));
}

function nothing(
  reason: string,
  triggers: readonly Trigger[] = [],
  against: (trigger: Trigger) => string = () => '',
): Skimmed {
  const verdicts = toTell(triggers).map((trigger) => ({
    trigger: trigger.name,
    matched: false,
    reason: against(trigger),
  }));
  const leftOut = triggers.length - verdicts.length;
  return { status: 'ignored', reason, verdicts, ...(leftOut > 0 ? { leftOut } : {}) };
}

/** Whether a text has the name of an agent's account in it, whatever stands around it. */
function accountsIn(triggers: readonly Trigger[]): (text: string) => boolean {
  const names = [...new Set(triggers.map(({ agent }) => agent.account.toLowerCase()))];
  return (text) => {
    const lower = text.toLowerCase();
    return names.some((name) => lower.includes(name));
  };
}
