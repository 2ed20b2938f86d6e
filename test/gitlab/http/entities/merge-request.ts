import type { WorldContext } from '../../world/context.ts';
import { headPipeline, notesOf } from '../../world/lookup.ts';
import { isResolvable } from '../../world/notes.ts';
import type { MergeRequest } from '../../world/records-discussion.ts';
import { noteableFields } from './issue.ts';
import { pipelineEntity } from './pipeline.ts';
import { userById } from './user.ts';

type Known = Pick<WorldContext, 'state' | 'url'>;

/** Whether the title says draft. */
export function isDraft(mr: Pick<MergeRequest, 'title'>): boolean {
  return /^(draft:|\[draft\]|\(draft\))/i.test(mr.title);
}

/** `detailed_merge_status`, as far as it depends on what is kept here. */
export function mergeStatus(mr: MergeRequest): string {
  if (mr.state !== 'opened') return 'not_open';
  return isDraft(mr) ? 'draft_status' : 'mergeable';
}

/** Whether every thread is resolved. */
export function discussionsResolved(mr: MergeRequest, { state }: Pick<WorldContext, 'state'>): boolean {
  return notesOf(mr, state)
    .filter(isResolvable)
    .every((note) => note.resolvedAt !== null);
}

/** The entity of lists. */
export function mergeRequestBasic(mr: MergeRequest, known: Known) {
  const fields = noteableFields(mr, known);
  return {
    ...fields,
    merged_by: userById(mr.mergedById, known),
    merge_user: userById(mr.mergedById, known),
    merged_at: mr.mergedAt?.toISOString() ?? null,
    target_branch: mr.targetBranch,
    source_branch: mr.sourceBranch,
    reviewers: mr.reviewers.map((reviewer) => userById(reviewer.userId, known)),
    source_project_id: mr.sourceProjectId,
    target_project_id: mr.projectId,
    draft: isDraft(mr),
    work_in_progress: isDraft(mr),
    merge_when_pipeline_succeeds: false,
    merge_status: mr.state === 'opened' ? 'can_be_merged' : 'unchecked',
    detailed_merge_status: mergeStatus(mr),
    merge_after: null,
    sha: mr.sha,
    merge_commit_sha: mr.mergeCommitSha,
    squash_commit_sha: null,
    should_remove_source_branch: null,
    force_remove_source_branch: mr.removeSourceBranch,
    prepared_at: mr.createdAt.toISOString(),
    reference: fields.references.short,
    squash: mr.squash,
    squash_on_merge: mr.squash,
    has_conflicts: false,
    blocking_discussions_resolved: discussionsResolved(mr, known),
  };
}

/** The entity of one merge request. `changesCount` is text in GitLab, too. */
export function mergeRequestEntity(mr: MergeRequest, changesCount: number, known: Known) {
  const pipeline = headPipeline(mr, known.state);
  return {
    ...mergeRequestBasic(mr, known),
    subscribed: false,
    changes_count: changesCount === 0 ? null : String(changesCount),
    latest_build_started_at: pipeline?.startedAt?.toISOString() ?? null,
    latest_build_finished_at: pipeline?.finishedAt?.toISOString() ?? null,
    first_deployed_to_production_at: null,
    head_pipeline: pipeline === undefined ? null : pipelineEntity(pipeline, known),
    diff_refs: {
      base_sha: mr.diffRefs.baseSha,
      head_sha: mr.diffRefs.headSha,
      start_sha: mr.diffRefs.startSha,
    },
    merge_error: null,
    first_contribution: false,
    user: { can_merge: mr.state === 'opened' },
  };
}
