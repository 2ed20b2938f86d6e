import type { WorldContext } from './context.ts';
import { editNoteable } from './edit-noteable.ts';
import { resolveTarget, type Target } from './issues.ts';
import { getUser, type UserRef } from './lookup.ts';
import { saveNoteable } from './note-records.ts';
import type { MergeRequest, Reviewer } from './records-discussion.ts';
import { badRequest } from './refusal.ts';

/** Asks for reviews; whoever is a reviewer already is asked again (`re_requested`). */
export function requestReview(
  input: Target & { by: UserRef; users: readonly UserRef[] },
  context: WorldContext,
): MergeRequest {
  const on = resolveTarget(input, context.state);
  if (on.kind !== 'merge_request') throw badRequest('an issue has no reviewers');
  let mr: MergeRequest = on;
  for (const ref of input.users) {
    const { id } = getUser(ref, context.state);
    const known: readonly number[] = mr.reviewers.map((reviewer) => reviewer.userId);
    const edit = known.includes(id) ? { reRequestId: id } : { reviewerIds: [...known, id] };
    mr = editNoteable({ on: mr, by: input.by, edit }, context);
  }
  return mr;
}

/** A reviewer submits a review: only the reviewer's state changes, and still an `update` goes out. */
export function submitReview(
  input: Target & { reviewer: UserRef; state: Reviewer['state'] },
  context: WorldContext,
): MergeRequest {
  const previous = resolveTarget(input, context.state);
  if (previous.kind !== 'merge_request') throw badRequest('an issue has no reviewers');
  const { id } = getUser(input.reviewer, context.state);
  const reviewers = previous.reviewers.map((r) => (r.userId === id ? { ...r, state: input.state } : r));
  const mr = saveNoteable({ ...previous, reviewers, updatedAt: context.now() }, context);
  context.emit({ type: 'merge_request', action: 'update', mergeRequest: mr, previous, userId: id });
  return mr;
}
