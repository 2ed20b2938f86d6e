import type { RunState } from '../config/config.ts';
import type { Run } from './run.ts';
import { runState } from './state.ts';

/** What a list of runs is narrowed to; all of it must hold. */
export interface RunFilter {
  readonly state?: RunState | undefined;
  readonly agent?: string | undefined;
  /** Whether a project's full path is wanted. */
  readonly project?: ((path: string) => boolean) | undefined;
  /** Username of the acting person, with or without `@`; GitLab does not tell capitals apart. */
  readonly user?: string | undefined;
  /** Milliseconds since the epoch: runs made from then on. */
  readonly since?: number | undefined;
}

/** Whether a run is among those that a filter lets through. */
export function runMatches({ state, agent, project, user, since }: RunFilter): (run: Run) => boolean {
  const username = user?.replace(/^@/, '').toLowerCase();
  return (run) =>
    (state === undefined || runState(run) === state) &&
    (agent === undefined || run.agent === agent) &&
    (project === undefined || project(run.event.project.path)) &&
    (username === undefined || run.event.actor.username.toLowerCase() === username) &&
    (since === undefined || Date.parse(run.createdAt) >= since);
}

/** Where a run stands in a list, the larger the newer; tells runs of the same millisecond apart. */
export function placeInList({ createdAt, id }: Run): string {
  return `${createdAt}_${id}`;
}

/** Sorts a list of runs. */
export function newestFirst(a: Run, b: Run): number {
  return placeInList(a) < placeInList(b) ? 1 : -1;
}
