import { discussionsResolved, isDraft, mergeStatus } from '../http/entities/merge-request.ts';
import type { WorldContext } from '../world/context.ts';
import type { DomainEvent } from '../world/events.ts';
import { getProject, headPipeline } from '../world/lookup.ts';
import { protectionOf } from '../world/policy.ts';
import type { MergeRequest } from '../world/records-discussion.ts';
import { noteableUrl } from '../world/urls.ts';
import { atLeast } from '../world/version.ts';
import {
  hookCommit,
  hookDate,
  hookLabels,
  hookProject,
  hookRepository,
  hookUser,
  noTime,
  stateIds,
} from './attributes.ts';
import { changesBetween, hookReviewers } from './changes.ts';

/** `object_attributes` of a merge request, and the `merge_request` of a note. */
export function mergeRequestAttributes(mr: MergeRequest, context: WorldContext) {
  const target = getProject(mr.projectId, context.state);
  return {
    author_id: mr.authorId,
    created_at: hookDate(mr.createdAt, context),
    description: mr.description,
    draft: isDraft(mr),
    head_pipeline_id: headPipeline(mr, context.state)?.id ?? null,
    id: mr.id,
    iid: mr.iid,
    last_edited_at: hookDate(mr.lastEditedAt, context),
    last_edited_by_id: mr.lastEditedById,
    merge_commit_sha: mr.mergeCommitSha,
    merged_at: hookDate(mr.mergedAt, context),
    merge_error: null,
    merge_params: mr.removeSourceBranch ? { force_remove_source_branch: '1' } : {},
    merge_status: mr.state === 'opened' ? 'can_be_merged' : 'unchecked',
    merge_user_id: mr.mergedById,
    merge_when_pipeline_succeeds: false,
    milestone_id: null,
    source_branch: mr.sourceBranch,
    source_project_id: mr.sourceProjectId,
    squash_commit_sha: null,
    state_id: stateIds[mr.state],
    target_branch: mr.targetBranch,
    target_branch_protected: protectionOf(mr.targetBranch, target) !== undefined,
    target_project_id: mr.projectId,
    time_estimate: 0,
    title: mr.title,
    updated_at: hookDate(mr.updatedAt, context),
    updated_by_id: mr.updatedById,
    prepared_at: hookDate(mr.createdAt, context),
    assignee_ids: mr.assigneeIds,
    assignee_id: mr.assigneeIds[0] ?? null,
    blocking_discussions_resolved: discussionsResolved(mr, context),
    detailed_merge_status: mergeStatus(mr),
    first_contribution: false,
    labels: hookLabels(mr.labelIds, context),
    last_commit: hookCommit(mr.lastCommit, mr.sourceProjectId, context),
    reviewer_ids: mr.reviewers.map((reviewer) => reviewer.userId),
    source: hookProject(mr.sourceProjectId, context),
    state: mr.state,
    system: false,
    target: hookProject(mr.projectId, context),
    ...noTime,
    url: noteableUrl(mr, context),
    work_in_progress: isDraft(mr),
    approval_rules: [],
  };
}

/** The whole webhook of a merge request. */
export function mergeRequestPayload(
  event: Extract<DomainEvent, { type: 'merge_request' }>,
  context: WorldContext,
) {
  const { mergeRequest: mr, previous, action, oldrev } = event;
  const assignees = mr.assigneeIds.map((id) => hookUser(id, context));
  const reviewers = hookReviewers(mr, event.reRequestedId, context);
  return {
    object_kind: 'merge_request',
    event_type: 'merge_request',
    user: hookUser(event.userId, context),
    project: hookProject(mr.projectId, context),
    object_attributes: {
      ...mergeRequestAttributes(mr, context),
      action,
      ...(atLeast(context.version, 18, 10) ? { actioned_at: hookDate(context.now(), context) } : {}),
      ...(oldrev === undefined ? {} : { oldrev }),
    },
    labels: hookLabels(mr.labelIds, context),
    changes:
      previous === undefined
        ? openingChanges(mr, context)
        : changesBetween(previous, mr, context, event.reRequestedId),
    repository: hookRepository(mr.projectId, context),
    // Left out when empty.
    ...(assignees.length > 0 ? { assignees } : {}),
    ...(reviewers.length > 0 ? { reviewers } : {}),
  };
}

/** The webhook of a fresh merge request goes out once its diffs are ready, and says that. */
function openingChanges(mr: MergeRequest, context: WorldContext) {
  const at = hookDate(mr.createdAt, context);
  return {
    merge_status: { previous: 'preparing', current: 'checking' },
    updated_at: { previous: at, current: at },
    prepared_at: { previous: null, current: at },
  };
}
