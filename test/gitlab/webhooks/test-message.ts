import type { WorldContext } from '../world/context.ts';
import type { DomainEvent } from '../world/events.ts';
import { getProject } from '../world/lookup.ts';
import { hookUser } from './attributes.ts';
import { type HookMessage, hookMessage } from './message.ts';

/** What GitLab's *Test* button sends: the newest real thing of the project, with the tester as `user`. */
export function testMessage(
  { projectId, trigger, userId }: { projectId: number; trigger: string; userId: number },
  context: WorldContext,
): HookMessage | { readonly refusal: string } {
  const event = newest(projectId, trigger, userId, context);
  if (typeof event === 'string') return { refusal: event };
  const message = hookMessage(event, context);
  if (event.type === 'push' || event.type === 'pipeline') return message;
  return { ...message, payload: { ...message.payload, user: hookUser(userId, context) } };
}

function newest(
  projectId: number,
  trigger: string,
  userId: number,
  { state }: WorldContext,
): DomainEvent | string {
  const last = <T extends { readonly projectId: number }>(
    records: Map<number, T>,
    fits: (record: T) => boolean = () => true,
  ) => [...records.values()].filter((record) => record.projectId === projectId && fits(record)).at(-1);
  const none = (what: string) => `Ensure the project has ${what}.`;
  switch (trigger) {
    case 'note_events':
    case 'confidential_note_events': {
      const note = last(state.notes, (one) => !one.system);
      return note === undefined ? none('notes') : { type: 'note', action: 'create', note };
    }
    case 'issues_events':
    case 'confidential_issues_events': {
      const issue = last(state.issues);
      return issue === undefined
        ? none('issues')
        : { type: 'issue', action: 'open', issue, previous: undefined, userId };
    }
    case 'merge_requests_events': {
      const mergeRequest = last(state.mergeRequests);
      if (mergeRequest === undefined) return none('merge requests');
      return { type: 'merge_request', action: 'open', mergeRequest, previous: undefined, userId };
    }
    case 'pipeline_events': {
      const pipeline = last(state.pipelines);
      return pipeline === undefined ? none('CI pipelines') : { type: 'pipeline', pipeline };
    }
    case 'emoji_events': {
      const award = last(state.awards);
      return award === undefined ? none('emoji') : { type: 'emoji', action: 'award', award };
    }
    case 'push_events': {
      const project = getProject(projectId, state);
      const zero = '0'.repeat(40);
      const ref = `refs/heads/${project.defaultBranch}`;
      return {
        type: 'push',
        projectId,
        userId,
        ref,
        before: zero,
        after: zero,
        commits: [],
        totalCommits: 0,
      };
    }
    default:
      return 'Testing not available for this hook';
  }
}
