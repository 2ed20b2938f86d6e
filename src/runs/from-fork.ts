import type { Event } from '../events/event.ts';
import type { Run } from './run.ts';

/**
 * Whether the event is about a merge request whose source is not surely this project: a fork's code is not run
 * with the rights of the project unless somebody who answers for it agrees. A source that GitLab does not name,
 * such as a fork that was deleted, counts as one.
 */
export function isFromFork({ project, resource }: Event): boolean {
  return resource?.type === 'merge_request' && resource.sourceProjectId !== project.id;
}

/** What people have to know of a run for a merge request from a fork; empty for any other. */
export function forkRemark({ event, fork }: Pick<Run, 'event' | 'fork'>): string {
  if (!isFromFork(event)) return '';
  return fork === undefined
    ? "The merge request comes from a fork, so the agent works on this project's default branch and has the fork's changes as a text only."
    : `The merge request comes from a fork; the agent works on its approved commit ${fork.commitId.slice(0, 12)}.`;
}
