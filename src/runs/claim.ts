import type { Claim } from '../turns/claim.ts';
import type { Run } from './run.ts';

/** What a run asks its turn for. */
export function claimOf({ id, agent, event, createdAt }: Run): Claim {
  const { resource, actor, project } = event;
  return {
    id,
    agent,
    project: project.id,
    at: Date.parse(createdAt),
    // At a time of a schedule nobody acted.
    ...(event.kind === 'scheduled' || actor.id === undefined ? {} : { user: actor.id }),
    ...(resource === undefined ? {} : { object: `${resource.type}/${resource.iid}` }),
  };
}
