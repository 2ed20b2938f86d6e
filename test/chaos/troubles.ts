import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault, Faults, Mishap } from '../gitlab/faults.ts';
import type { Act, Trouble } from './schedule.ts';

/** Everything but what the harness itself asks for. */
const ANY = /^\/(?!projects\/\d+\/hooks)/;
/** The requests that change something for a run. */
const WRITES: readonly Fault['match'][] = [
  { method: 'POST', path: /\/discussions$/ },
  { method: 'POST', path: /\/discussions\/\w+\/notes$/ },
  { method: 'POST', path: /\/repository\/branches/ },
  { method: 'POST', path: /\/pipeline$/ },
  { method: 'POST', path: /\/merge_requests$/ },
  { method: 'PUT', path: /\/notes\/\d+$/ },
  { method: 'DELETE', path: /\/repository\/branches/ },
];
/**
 * What may be read from a replica that lags: what others did. GitLab reads what a user wrote a moment ago from the
 * primary for that user, so the look for a note, a pipeline or a merge request of one's own is never stale.
 */
const OF_OTHERS = /^\/(users\/\d+|projects\/\d+\/(members\/all\/\d+|jobs))/;

/** Has GitLab fail for a while; `happened` hears of each time it did. */
export async function troubleGitLab(
  { trouble, target, ms }: Extract<Act, { kind: 'gitlab' }>,
  { faults, happened }: { faults: Faults; happened: (trouble: Trouble) => void },
): Promise<void> {
  const onHappened = (): void => happened(trouble);
  const add = (fault: Fault): (() => void) => faults.add({ ...fault, onHappened });
  if (trouble === 'down') {
    const end = add({ match: { path: ANY }, times: Number.POSITIVE_INFINITY, do: { status: 502 } });
    await sleep(ms);
    return end();
  }
  const write = WRITES[Math.floor(target * WRITES.length)] ?? { path: ANY };
  if (trouble === 'stale')
    return void add({ match: { method: 'GET', path: OF_OTHERS }, do: { staleReads: 3 } });
  add({ match: write, times: 1, do: mishapOf(trouble, ms) });
}

function mishapOf(trouble: Exclude<Trouble, 'down' | 'stale'>, ms: number): Mishap {
  switch (trouble) {
    case 'cut before':
      return { cut: 'before' };
    case 'cut after':
      return { cut: 'after' };
    case '429':
      return { status: 429, headers: { 'retry-after': String(Math.ceil(ms / 1_000)) } };
    case '502':
      return { status: 502 };
    case 'slow':
      return { delay: ms };
    default:
      return trouble satisfies never;
  }
}
