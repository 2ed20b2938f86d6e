import type { OnBusy } from '../config/config.ts';
import { aheadOf } from './ahead.ts';
import { type Claim, comesBefore, isSamePlace, type RunLimits } from './claim.ts';
import { canStart, nextOnes } from './grant.ts';

/** Who has a turn and who waits for one: all that has to be kept. */
export interface Turns {
  /** Of this shape; a newer program still reads the older ones. */
  readonly version: 1;
  readonly active: readonly Claim[];
  /** In the order in which the runs were made. */
  readonly waiting: readonly Claim[];
}

export type Answer =
  | { readonly kind: 'granted' }
  /** `ahead`: how many come first, as it stands. `replaces`: runs that are to be stopped in its favour. */
  | { readonly kind: 'wait'; readonly ahead: number; readonly replaces: readonly string[] }
  /** Neither a turn nor a place in the line, because of the run `by`. */
  | { readonly kind: 'busy'; readonly by: string };

/** What became of the turns. `granted`: other runs, which waited and have their turn now; they are to be woken. */
export interface Change {
  readonly turns: Turns;
  readonly granted: readonly string[];
}

export const NO_TURNS: Turns = { version: 1, active: [], waiting: [] };

/**
 * Asks for a turn. `onBusy` says what to do where the same agent is at work on the same issue or merge request.
 * A run that asks again keeps its turn or its place in the line, and gets the answer that holds now.
 */
export function request(
  turns: Turns,
  claim: Claim,
  { limits, onBusy }: { limits: RunLimits; onBusy: OnBusy },
): Change & { readonly answer: Answer } {
  const is = ({ id }: Claim) => id === claim.id;
  if (turns.active.some(is)) return { turns, granted: [], answer: { kind: 'granted' } };
  const isKnown = turns.waiting.some(is);
  const rivals = rivalsOf(claim, turns);
  const [rival] = rivals;
  if (!isKnown && onBusy === 'refuse' && rival !== undefined) {
    return { turns, granted: [], answer: { kind: 'busy', by: rival } };
  }
  // Whoever waits cannot start as it is, so nobody is passed by.
  if (!isKnown && canStart(claim, turns, limits)) {
    const active = [...turns.active, claim];
    return { turns: { ...turns, active }, granted: [], answer: { kind: 'granted' } };
  }
  const after = isKnown ? turns : { ...turns, waiting: inLine(turns.waiting, claim) };
  const replaces = onBusy === 'replace' ? rivals : [];
  const ahead = aheadOf(claim, after, limits);
  return { turns: after, granted: [], answer: { kind: 'wait', ahead, replaces } };
}

/** Takes runs out, whether they had a turn or waited for one, and hands on what is free. */
export function release(turns: Turns, ids: readonly string[], limits: RunLimits): Change {
  const gone = new Set(ids);
  const active = turns.active.filter(({ id }) => !gone.has(id));
  const waiting = turns.waiting.filter(({ id }) => !gone.has(id));
  const same = active.length === turns.active.length && waiting.length === turns.waiting.length;
  return grant(same ? turns : { ...turns, active, waiting }, limits);
}

/** Gives every turn that is free. The same object comes back where there is none. */
function grant(turns: Turns, limits: RunLimits): Change {
  const chosen = new Set(nextOnes(turns, limits));
  if (chosen.size === 0) return { turns, granted: [] };
  const waiting = turns.waiting.filter((claim) => !chosen.has(claim));
  const active = [...turns.active, ...chosen];
  return { turns: { ...turns, active, waiting }, granted: [...chosen].map(({ id }) => id) };
}

function inLine(waiting: readonly Claim[], claim: Claim): readonly Claim[] {
  const after = waiting.findLastIndex((other) => comesBefore(other, claim));
  return waiting.toSpliced(after + 1, 0, claim);
}

/** The runs before it of the same agent on the same issue or merge request, the active one first. */
function rivalsOf(claim: Claim, { active, waiting }: Turns): readonly string[] {
  const isRival = (other: Claim) => other.id !== claim.id && isSamePlace(claim, other);
  const before = waiting.filter((other) => isRival(other) && comesBefore(other, claim));
  return [...active.filter(isRival), ...before].map(({ id }) => id);
}
