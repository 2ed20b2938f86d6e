import type { EventKind, StopCause, Trigger } from '../config/config.ts';
import type { HookEvent } from './ports.ts';

/** The webhooks that bring an event. A confidential issue or comment comes by another webhook than an open one. */
const BROUGHT_BY: Readonly<Record<EventKind, readonly HookEvent[]>> = {
  mention: ['note'],
  assign: ['issues', 'merge_requests'],
  assign_reviewer: ['merge_requests'],
  description: ['issues', 'merge_requests'],
  pipeline_hooks: ['pipeline'],
  merge_request: ['merge_requests'],
  merge_request_ready: ['merge_requests'],
  merge_request_code_conflict: ['merge_requests'],
  work_item: ['issues'],
  commit_to_default_branch: ['push'],
  scheduled: [],
  label: ['issues', 'merge_requests'],
  emoji: ['emoji'],
  api: [],
};

const ENDED_BY: Readonly<Record<StopCause, readonly HookEvent[]>> = {
  unassign: ['issues', 'merge_requests'],
  review_removed: ['merge_requests'],
  close: ['issues', 'merge_requests'],
};

const CONFIDENTIAL: Partial<Record<HookEvent, HookEvent>> = {
  note: 'confidential_note',
  issues: 'confidential_issues',
};

/** The webhook events that the triggers of a project need, for starting runs and for ending them. */
export function neededEvents(triggers: readonly Trigger[]): ReadonlySet<HookEvent> {
  // Whatever the triggers are: the end of a pipeline wakes the run that waits for it.
  return new Set<HookEvent>(['pipeline', ...triggers.flatMap(neededBy)]);
}

function neededBy({ events, stopOn, forks, confidential }: Trigger): readonly HookEvent[] {
  const needed = [
    ...[...events].flatMap((kind) => BROUGHT_BY[kind]),
    ...[...stopOn].flatMap((cause) => ENDED_BY[cause]),
    // The consent to a fork is a reaction.
    ...(forks === 'approve' ? (['emoji'] as const) : []),
  ];
  if (!confidential) return needed;
  return needed.flatMap((event) => [event, CONFIDENTIAL[event] ?? event]);
}
