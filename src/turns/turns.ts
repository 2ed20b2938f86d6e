import type { OnBusy } from '../config/config.ts';
import { aheadOf } from './ahead.ts';
import { type Claim, comesBefore, placeOf, type RunLimits } from './claim.ts';
import { nextOnes } from './grant.ts';

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
  const rivals = rivalsOf(claim, turns);
  const known = [...turns.active, ...turns.waiting].some(({ id }) => id === claim.id);
  const [rival] = rivals;
  if (!known && onBusy === 'refuse' && rival !== undefined) {
    return { turns, granted: [], answer: { kind: 'busy', by: rival } };
  }
  const changed = grant(known ? turns : { ...turns, waiting: inLine(turns.waiting, claim) }, limits);
  const granted = changed.granted.filter((id) => id !== claim.id);
  const has = changed.turns.active.some(({ id }) => id === claim.id);
  const answer: Answer = has
    ? { kind: 'granted' }
    : {
        kind: 'wait',
        ahead: aheadOf(claim, changed.turns, limits),
        replaces: onBusy === 'replace' ? rivals : [],
      };
  return { turns: changed.turns, granted, answer };
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
  const place = placeOf(claim);
  if (place === undefined) return [];
  const isRival = (other: Claim) => other.id !== claim.id && placeOf(other) === place;
  const before = waiting.filter((other) => isRival(other) && comesBefore(other, claim));
  return [...active.filter(isRival), ...before].map(({ id }) => id);
}
