import { isOperators } from '../events/event.ts';
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
    ...(isOperators(event) || actor.id === undefined ? {} : { user: actor.id }),
    ...(resource === undefined ? {} : { object: `${resource.type}/${resource.iid}` }),
  };
}
