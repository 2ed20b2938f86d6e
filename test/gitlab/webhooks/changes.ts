import type { WorldContext } from '../world/context.ts';
import type { MergeRequest, Noteable } from '../world/records-discussion.ts';
import { hookDate, hookLabels, hookUser, stateIds } from './attributes.ts';

/** A reviewer as webhooks show one. */
export function hookReviewers(mr: MergeRequest, reRequestedId: number | undefined, context: WorldContext) {
  return mr.reviewers.map((reviewer) => ({
    ...hookUser(reviewer.userId, context),
    state: reviewer.state,
    re_requested: reviewer.userId === reRequestedId,
  }));
}

/** `changes` of an update: only what differs, each as `{ previous, current }`. */
export function changesBetween(
  before: Noteable,
  after: Noteable,
  context: WorldContext,
  reRequestedId?: number,
): Readonly<Record<string, { readonly previous: unknown; readonly current: unknown }>> {
  const old = shown(before, undefined, context);
  const fresh = shown(after, reRequestedId, context);
  const changed = Object.keys(fresh).filter((key) => JSON.stringify(old[key]) !== JSON.stringify(fresh[key]));
  return Object.fromEntries(changed.map((key) => [key, { previous: old[key], current: fresh[key] }]));
}

function shown(
  on: Noteable,
  reRequestedId: number | undefined,
  context: WorldContext,
): Record<string, unknown> {
  const common = {
    title: on.title,
    description: on.description,
    discussion_locked: on.discussionLocked ? true : null,
    last_edited_at: hookDate(on.lastEditedAt, context),
    last_edited_by_id: on.lastEditedById,
    state_id: stateIds[on.state],
    updated_at: hookDate(on.updatedAt, context),
    updated_by_id: on.updatedById,
    labels: hookLabels(on.labelIds, context),
    assignees: on.assigneeIds.map((id) => hookUser(id, context)),
  };
  if (on.kind === 'issue')
    return {
      ...common,
      closed_at: hookDate(on.closedAt, context),
      confidential: on.confidential,
      due_date: on.dueDate,
    };
  return {
    ...common,
    target_branch: on.targetBranch,
    draft: /^(draft:|\[draft\]|\(draft\))/i.test(on.title),
    reviewers: hookReviewers(on, reRequestedId, context),
  };
}
