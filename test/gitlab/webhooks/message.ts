import type { WorldContext } from '../world/context.ts';
import type { DomainEvent } from '../world/events.ts';
import type { HookEvent } from '../world/records-hook.ts';
import { emojiPayload } from './emoji-payload.ts';
import { issuePayload } from './issue-payload.ts';
import { mergeRequestPayload } from './merge-request-payload.ts';
import { isConfidential, notePayload } from './note-payload.ts';
import { pipelinePayload } from './pipeline-payload.ts';
import { pushPayload } from './push-payload.ts';

/** What goes out for one event, to every hook that asks for it. */
export interface HookMessage {
  readonly projectId: number;
  /** The flag that a hook needs. */
  readonly event: HookEvent;
  /** `X-Gitlab-Event`. */
  readonly name: string;
  /** How the delivery is listed: `note_hooks`. */
  readonly trigger: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** Writes the webhook of an event as things stand now. */
export function hookMessage(event: DomainEvent, context: WorldContext): HookMessage {
  switch (event.type) {
    case 'note': {
      const secret = isConfidential(event.note, context);
      const names = secret
        ? ({
            event: 'confidential_note',
            name: 'Confidential Note Hook',
            trigger: 'confidential_note_hooks',
          } as const)
        : ({ event: 'note', name: 'Note Hook', trigger: 'note_hooks' } as const);
      return { projectId: event.note.projectId, ...names, payload: notePayload(event, context) };
    }
    case 'issue': {
      const names = event.issue.confidential
        ? ({
            event: 'confidential_issues',
            name: 'Confidential Issue Hook',
            trigger: 'confidential_issue_hooks',
          } as const)
        : ({ event: 'issues', name: 'Issue Hook', trigger: 'issue_hooks' } as const);
      return { projectId: event.issue.projectId, ...names, payload: issuePayload(event, context) };
    }
    case 'merge_request':
      return {
        projectId: event.mergeRequest.projectId,
        event: 'merge_requests',
        name: 'Merge Request Hook',
        trigger: 'merge_request_hooks',
        payload: mergeRequestPayload(event, context),
      };
    case 'pipeline':
      return {
        projectId: event.pipeline.projectId,
        event: 'pipeline',
        name: 'Pipeline Hook',
        trigger: 'pipeline_hooks',
        payload: pipelinePayload(event, context),
      };
    case 'emoji':
      return {
        projectId: event.award.projectId,
        event: 'emoji',
        name: 'Emoji Hook',
        trigger: 'emoji_hooks',
        payload: emojiPayload(event, context),
      };
    case 'push':
      return {
        projectId: event.projectId,
        event: 'push',
        name: 'Push Hook',
        trigger: 'push_hooks',
        payload: pushPayload(event, context),
      };
    default:
      return event satisfies never;
  }
}
