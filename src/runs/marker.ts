import { workloadBranch } from './plan.ts';

const MARKER = /<!-- beckon:run=(r[0-9a-f]{15})(?: branch=(workloads\/r[0-9a-f]{15}))? -->\s*$/;

/** A run as far as its notes name it. */
export interface MarkedRun {
  readonly id: string;
  readonly branch?: { readonly name: string };
}

/**
 * Hidden at the end of the progress note of a run, so that it is found again when an answer of GitLab's was lost,
 * and that a later run in the same thread finds the workload branch.
 */
export function noteMarker({ id, branch }: MarkedRun): string {
  const own = branch === undefined || branch.name === workloadBranch(id);
  return `${markerStart(id)}${own ? '' : `branch=${branch.name} `}-->`;
}

/** What the marker of a run begins with, whichever branch it names. */
export function markerStart(runId: string): string {
  return `<!-- beckon:run=${runId} `;
}

/**
 * The run and the workload branch that the end of a note's body names; `undefined` for a note that is no progress
 * note. Anybody can write such an end: it counts only in notes of the run's own account, and even there it can
 * name nothing but a workload branch, because an agent may write as that account.
 */
export function readMarker(body: string): { readonly runId: string; readonly branch: string } | undefined {
  const [, runId, branch] = MARKER.exec(body) ?? [];
  return runId === undefined ? undefined : { runId, branch: branch ?? workloadBranch(runId) };
}
