import type { PipelinePayload, PushPayload } from './payloads.ts';
import { ignored, NO_PROJECT, quoted, type Reading } from './reading.ts';
import { isoDate, mergeRequestOf, personOf, projectOf } from './resource.ts';

/** Statuses of a pipeline in which whoever waits for its end has nothing to do. */
const UNDER_WAY = new Set([
  'created',
  'waiting_for_resource',
  'preparing',
  'pending',
  'running',
  'canceling',
  'scheduled',
]);

/** Whether a pipeline in this status may still do something by itself. */
export function isUnderWay(status: string): boolean {
  return UNDER_WAY.has(status);
}

/** Only a pipeline that got variables says which run it is of; one that got inputs does not. */
function runIdOf({ object_attributes: { variables } }: PipelinePayload): string | undefined {
  return variables?.find(({ key }) => key === 'AI_FLOW_ID')?.value;
}

/** A pipeline that changed its status: an event, and what a run may wait for. */
export function readPipeline(payload: PipelinePayload, whole: object): Reading {
  const { id, ref, status, created_at, finished_at } = payload.object_attributes;
  const project = payload.project === undefined ? undefined : projectOf(payload.project, undefined);
  const pipeline = project && { id, project: { id: project.id, path: project.path }, status };
  const settled = isUnderWay(status) ? {} : { settled: { branch: ref, runId: runIdOf(payload), pipeline } };
  // A pipeline of an agent that starts an agent would go on for ever.
  if (ref.startsWith('workloads/'))
    return { ...ignored(`A pipeline on ${quoted(ref)} is now ${quoted(status)}.`), ...settled };
  if (project === undefined || payload.project === undefined) return NO_PROJECT;
  if (payload.user === undefined) return ignored('The payload does not say whose pipeline it is.');
  return {
    kind: 'events',
    events: [
      {
        kind: 'pipeline_hooks',
        project,
        resource:
          payload.merge_request === undefined
            ? undefined
            : mergeRequestOf(payload.merge_request, payload.project),
        actor: personOf(payload.user),
        happenedAt: isoDate(finished_at ?? created_at),
        confidential: false,
        input: JSON.stringify(whole),
        action: status,
        mark: String(id),
      },
    ],
  };
}

/** Commits on the default branch. */
export function readPush(payload: PushPayload): Reading {
  const { after, ref, user_id, user_username, user_name } = payload;
  const project = projectOf(payload.project, payload.project_id);
  if (project === undefined) return NO_PROJECT;
  if (project.defaultBranch === undefined || ref !== `refs/heads/${project.defaultBranch}`) {
    return ignored('A push to a branch that is not the default branch.');
  }
  if (/^0+$/.test(after)) return ignored('The branch was deleted.');
  return {
    kind: 'events',
    events: [
      {
        kind: 'commit_to_default_branch',
        project,
        resource: undefined,
        actor: { id: user_id, username: user_username, name: user_name ?? user_username },
        happenedAt: undefined,
        confidential: false,
        input: after,
        action: 'pushed',
        mark: after,
      },
    ],
  };
}
