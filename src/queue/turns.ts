import { z } from 'zod';
import { BeckonError } from '../lib/errors.ts';
import { claimOf } from '../runs/claim.ts';
import { Failure } from '../runs/failures.ts';
import type { RunQueue, RunTurns } from '../runs/queue-ports.ts';
import type { Claim, RunLimits } from '../turns/claim.ts';
import { type Change, NO_TURNS, release, request, type Turns } from '../turns/turns.ts';
import type { Backend } from './backend.ts';
import { reasonOf, unavailable } from './unavailable.ts';

/** Milliseconds between two looks for turns of runs that ended without giving them back. */
const SWEEP_MS = 30_000;

/** Our own claims; to check each of ten thousand at every change would take longer than the change. */
const Claims = z.array(z.custom<Claim>());
const TurnsData = z.object({ version: z.literal(1), active: Claims, waiting: Claims });
const AtTurn = z.object({ step: z.literal('turn') });

/** The turns as they are kept; none before anybody asked for one. */
export function readTurns(text: string | undefined): Turns {
  if (text === undefined) return NO_TURNS;
  const read = TurnsData.safeParse(JSON.parse(text));
  if (read.success) return read.data;
  throw new BeckonError('turns_unreadable', 'Could not read who has a turn', {
    hint: 'Was it written by a newer Beckon? Start that version again.',
  });
}

interface Pending {
  readonly work: (turns: Turns) => Change;
  readonly settle: (change: Change) => void;
  readonly fail: (error: unknown) => void;
}

/** The turns of all processes on the queue's home, and the look for those that nobody gave back. */
export interface TurnKeeper extends RunTurns {
  /** Takes turns from runs that have ended or are gone, and wakes runs that have theirs and do not know it. */
  sweep(): Promise<void>;
  /** Ends the looking. */
  close(): Promise<void>;
}

/**
 * Gives out turns. What many runs of one process ask for at once is one change of the shared state. A run whose
 * wake is lost is woken by the next sweep; there is one at the start and one every 30 s.
 */
export function createTurns(
  backend: Pick<Backend, 'queue' | 'text'>,
  {
    queue,
    limits,
    onWaiting,
    onError,
  }: {
    readonly queue: Pick<RunQueue, 'wake' | 'find' | 'stop'>;
    readonly limits: RunLimits;
    /** Hears of all runs that wait, of every process, after each change of ours. */
    readonly onWaiting: (waiting: readonly Claim[]) => void;
    readonly onError: (error: unknown) => void;
  },
): TurnKeeper {
  const tell = (error: unknown): void => onError(unavailable('keep the turns', error));
  const kept = backend.text('turns');
  let pending: Pending[] = [];
  let isChanging = false;
  /** As this process wrote it last: mostly nobody has changed it since, and thousands of claims take long to read. */
  let last: { readonly text: string; readonly turns: Turns } | undefined;

  async function changeAll(batch: readonly Pending[]): Promise<void> {
    let changes: readonly Change[] = [];
    let turns = NO_TURNS;
    try {
      await kept.update((text) => {
        const before = last !== undefined && last.text === text ? last.turns : readTurns(text);
        turns = before;
        changes = batch.map(({ work }) => {
          const change = work(turns);
          turns = change.turns;
          return change;
        });
        const changed = turns === before && text !== undefined ? text : JSON.stringify(turns);
        last = { text: changed, turns };
        return changed;
      });
    } catch (error) {
      for (const { fail } of batch) fail(error);
      return;
    }
    onWaiting(turns.waiting);
    for (const [index, change] of changes.entries()) batch[index]?.settle(change);
  }

  async function changeUntilDone(): Promise<void> {
    isChanging = true;
    while (pending.length > 0) {
      const batch = pending;
      pending = [];
      await changeAll(batch);
    }
    isChanging = false;
  }

  async function change<C extends Change>(work: (turns: Turns) => C): Promise<C> {
    let made: C | undefined;
    const { granted } = await new Promise<Change>((settle, fail) => {
      pending.push({
        work: (turns) => {
          made = work(turns);
          return made;
        },
        settle,
        fail,
      });
      if (!isChanging) void changeUntilDone();
    });
    for (const id of granted) await queue.wake(id).catch(tell);
    if (made === undefined) throw new Error('the change was made');
    return made;
  }

  async function sweep(): Promise<void> {
    const { turns } = await change((now) => release(now, [], limits));
    const gone: string[] = [];
    for (const { id } of turns.active) {
      const job = await backend.queue.getJob(id);
      if (job === undefined || job.finishedOn !== undefined) gone.push(id);
      else if (AtTurn.safeParse(job.data).success) await queue.wake(id);
    }
    if (gone.length > 0) await change((now) => release(now, gone, limits));
  }

  let sweeping = sweep().catch(tell);
  const timer = setInterval(() => {
    sweeping = sweeping.then(sweep).catch(tell);
  }, SWEEP_MS);

  return {
    async request(run, onBusy) {
      try {
        const { answer } = await change((turns) => request(turns, claimOf(run), { limits, onBusy }));
        if (answer.kind === 'wait') {
          const why = { by: run.event.actor.username, reason: 'whose newer request took its place' };
          for (const id of answer.replaces) await queue.stop(id, why);
        }
        if (answer.kind !== 'busy') return answer;
        return { kind: 'busy', by: await queue.find(answer.by).catch(() => undefined) };
      } catch (error) {
        throw new Failure('Could not ask for a turn', { kind: 'transient', detail: reasonOf(error) });
      }
    },
    release: (runId) => change((turns) => release(turns, [runId], limits)).then(() => {}, tell),
    sweep,
    async close() {
      clearInterval(timer);
      await sweeping;
    },
  };
}
