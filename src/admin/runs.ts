import { BeckonError } from '../lib/errors.ts';
import { runAgain } from '../runs/again.ts';
import { placeInList, type RunFilter, runMatches } from '../runs/filter.ts';
import type { Clock, Observer } from '../runs/ports.ts';
import type { RunQueue } from '../runs/queue-ports.ts';
import type { Run } from '../runs/run.ts';
import { runState } from '../runs/state.ts';
import { ALL_RIGHTS, type Rights } from './rights.ts';
import { detailsOf, type RunDetails } from './view.ts';

/** What came of a request to end a run: it is told to its worker, or the run had ended before. */
export interface Cancelled {
  readonly answer: 'asked' | 'over';
  /** As it stands now. */
  readonly run: Run;
}

/** A place in the list of runs, from which it goes on: those made before. */
export interface Page {
  readonly limit: number;
  /** What an earlier page gave as `next`. */
  readonly after?: string | undefined;
}

/** What is asked of runs, by whoever runs Beckon or by somebody else; the same for `beckon runs`, API and dashboard. */
export interface RunAdmin {
  /** Newest first. `next`: where the list goes on; `undefined` at its end. `isIncomplete`: as in {@link Rights.seen}. */
  list(
    filter: RunFilter,
    page: Page,
  ): Promise<{
    readonly runs: readonly Run[];
    readonly next: string | undefined;
    readonly isIncomplete: boolean;
  }>;
  /**
   * By its id, or by as much of its beginning as no other run has. One that may not be seen is not there.
   * @throws BeckonError `run_unknown`, `run_ambiguous`.
   */
  find(id: string): Promise<Run>;
  details(run: Run): Promise<RunDetails>;
  /** @throws BeckonError `not_allowed`, `gitlab_unavailable`. */
  cancel(run: Run, options?: { reason: string }): Promise<Cancelled>;
  /**
   * Starts the event of a run again. `duplicate`: that was done before, and the run has not ended.
   * @throws BeckonError `run_not_over` for a run that has not ended itself, `not_allowed`, `gitlab_unavailable`.
   */
  retry(run: Run): Promise<{ readonly run: Run; readonly duplicate: boolean }>;
}

/** Hears what whoever runs Beckon has done about runs. */
export interface AdminObserver extends Pick<Observer, 'queued'> {
  /**
   * `by`: who wanted it, in words for people. `runs`: those that were told, or made. `reason`: why there are none.
   */
  administered(what: {
    readonly command: 'cancel' | 'retry' | 'start';
    readonly about: Pick<Run, 'event' | 'agent'> & Partial<Pick<Run, 'trigger'>>;
    readonly by: string;
    readonly runs: readonly string[];
    readonly reason?: string;
  }): void;
}

/** By `rights`. Every method rejects with `queue_unavailable` when the queue does not answer. */
export function createRunAdmin(
  {
    queue,
    observer,
    clock,
  }: {
    readonly queue: Pick<RunQueue, 'add' | 'find' | 'list' | 'stop' | 'stopOf'>;
    readonly observer: AdminObserver;
    readonly clock: Clock;
  },
  rights: Rights = ALL_RIGHTS,
): RunAdmin {
  /** The newest that may be seen. Reaches the farther back the fewer those are. */
  async function newest(limit: number, where: (run: Run) => boolean, { recent }: { recent: boolean }) {
    for (let reach = limit; ; reach *= 4) {
      const there = await queue.list({ limit: reach, where });
      const { runs, isIncomplete } = await rights.seen(there, { recent });
      if (runs.length >= limit || there.length < reach) return { runs: runs.slice(0, limit), isIncomplete };
    }
  }

  return {
    async list(filter, { limit, after }) {
      const matches = runMatches(filter);
      const where = (run: Run) => matches(run) && (after === undefined || placeInList(run) < after);
      // One more than asked for tells whether there are more.
      const { runs, isIncomplete } = await newest(limit + 1, where, { recent: true });
      const last = runs.length > limit ? runs[limit - 1] : undefined;
      return { runs: runs.slice(0, limit), next: last && placeInList(last), isIncomplete };
    },
    async find(id) {
      const there = await queue.find(id);
      const [exact] = (await rights.seen(there === undefined ? [] : [there], { recent: false })).runs;
      if (exact !== undefined) return exact;
      const startsSo = (candidate: Run) => candidate.id.startsWith(id);
      const [run, other] = (await newest(2, startsSo, { recent: true })).runs;
      if (run !== undefined && other === undefined) return run;
      throw run === undefined
        ? new BeckonError('run_unknown', `There is no run ${id}.`, { hint: KEPT })
        : new BeckonError(
            'run_ambiguous',
            `Several runs begin with ${id}, such as ${run.id} and ${other?.id}.`,
          );
    },
    details: async (run) => detailsOf(run, { stop: await queue.stopOf(run.id), now: clock() }),
    async cancel(run, { reason } = { reason: '' }) {
      const { by } = await rights.toStop(run);
      const answer = await queue.stop(run.id, { by, reason });
      const told = { command: 'cancel', about: run, by } as const;
      if (answer === 'asked') {
        observer.administered({ ...told, runs: [run.id] });
        return { answer, run };
      }
      observer.administered({ ...told, runs: [], reason: 'The run is over.' });
      // It may have ended since it was looked for.
      return { answer: 'over', run: (await queue.find(run.id)) ?? run };
    },
    async retry(run) {
      const { by, actor } = await rights.toRetry(run);
      if (run.finishedAt === undefined) {
        throw new BeckonError(
          'run_not_over',
          `The run ${run.id} has not ended yet: it is ${runState(run)}.`,
          {
            hint: `To start it anew, cancel it first: beckon runs cancel ${run.id}`,
          },
        );
      }
      const again = await runAgain(run, { queue, actor, now: clock() });
      if (!again.duplicate) observer.queued(again.run);
      observer.administered({ command: 'retry', about: run, by, runs: [again.run.id] });
      return again;
    },
  };
}

const KEPT = '`beckon runs` lists the newest; finished ones are kept for retention.runs of the config.';
