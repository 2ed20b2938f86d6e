import { oneLine } from '../lib/text.ts';
import { Failure, Interruption } from './failures.ts';
import type { HistoryEntry, Run } from './run.ts';

/** Entries that a run keeps at most. */
export const MAX_ENTRIES = 60;
/** Of those the first: how a run began tells as much as how it ended. */
const KEPT_FIRST = 20;
/** Characters of a failure's words. */
const MAX_DETAIL = 300;

/**
 * The run with one more entry in its time line, at `at` (milliseconds since the epoch), in the step in which the
 * run stands. What happens again right after itself is counted in one entry; of too many the middle is folded.
 */
export function withEntry(
  run: Run,
  { at, what, error }: { readonly at: number; readonly what: string; readonly error?: unknown },
): Run {
  const entry: HistoryEntry = {
    at: new Date(at).toISOString(),
    what,
    step: run.step,
    ...(error === undefined ? {} : { detail: wordsOf(error) }),
    times: 1,
  };
  return { ...run, history: fold(append(run.history ?? [], entry)) };
}

function append(history: readonly HistoryEntry[], entry: HistoryEntry): readonly HistoryEntry[] {
  const last = history.at(-1);
  if (last?.what !== entry.what || last.step !== entry.step || last.detail !== entry.detail) {
    return [...history, entry];
  }
  return [...history.slice(0, -1), { ...last, times: last.times + 1 }];
}

/** Takes two entries for one, so that the number of entries stays and what was left out is counted. */
function fold(history: readonly HistoryEntry[]): readonly HistoryEntry[] {
  if (history.length <= MAX_ENTRIES) return history;
  const [first, second] = history.slice(KEPT_FIRST);
  if (first === undefined || second === undefined) return history;
  const { at, step } = first;
  const folded = { at, what: 'left out', step, times: first.times + second.times };
  return [...history.slice(0, KEPT_FIRST), folded, ...history.slice(KEPT_FIRST + 2)];
}

/** These hold no secret; what another error says is for the log alone. */
function wordsOf(error: unknown): string {
  return error instanceof Failure || error instanceof Interruption
    ? oneLine(error.message, MAX_DETAIL)
    : 'a fault inside Beckon, see its log';
}
