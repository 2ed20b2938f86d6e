import type { WorldContext } from './context.ts';
import { getNoteable, getUser, must, type UserRef } from './lookup.ts';
import { saveNoteable, systemNote } from './note-records.ts';
import type { Issue, MergeRequest, Noteable, Reviewer } from './records-discussion.ts';
import { addTodo, finishTodos, mentionTodos } from './todos.ts';

/** What can change on an issue or merge request; absent means as it was. */
export interface Edit {
  readonly title?: string;
  readonly description?: string | null;
  readonly assigneeIds?: readonly number[];
  readonly labelIds?: readonly number[];
  readonly discussionLocked?: boolean;
  readonly stateEvent?: 'close' | 'reopen';
  /** Issues only. */
  readonly confidential?: boolean;
  readonly issueType?: Issue['issueType'];
  readonly dueDate?: string | null;
  /** Merge requests only. */
  readonly reviewerIds?: readonly number[];
  readonly targetBranch?: string;
  readonly removeSourceBranch?: boolean;
  readonly squash?: boolean;
  /** A reviewer who is asked again. */
  readonly reRequestId?: number;
}

/** Changes an issue or merge request: system notes, To-Do items and one event. An edit that changes nothing does nothing. */
export function editNoteable<T extends Noteable>(
  input: { on: T; by: UserRef; edit: Edit },
  context: WorldContext,
): T {
  const { now } = context;
  const by = getUser(input.by, context.state);
  const previous = getNoteable(input.on, context.state) as T;
  const changed = applied(previous, input.edit, by.id, now());
  if (changed === undefined) return previous;
  const noteable = saveNoteable({ ...changed, updatedAt: now(), updatedById: by.id }, context);
  for (const body of history(previous, noteable, context))
    systemNote({ on: noteable, authorId: by.id, body }, context);
  for (const userId of added(previous.assigneeIds, noteable.assigneeIds))
    addTodo({ userId, authorId: by.id, action: 'assigned', on: noteable }, context);
  for (const userId of newReviewers(previous, noteable, input.edit))
    addTodo({ userId, authorId: by.id, action: 'review_requested', on: noteable }, context);
  finishTodos({ userId: by.id, on: noteable }, context);
  const { description } = noteable;
  const text = { text: description ?? '', before: previous.description };
  if (description !== previous.description) mentionTodos({ ...text, authorId: by.id, on: noteable }, context);
  const action = actionOf(previous, noteable);
  if (noteable.kind === 'issue')
    context.emit({ type: 'issue', action, issue: noteable, previous: previous as Issue, userId: by.id });
  else
    context.emit({
      type: 'merge_request',
      action,
      mergeRequest: noteable,
      previous: previous as MergeRequest,
      userId: by.id,
      ...(input.edit.reRequestId === undefined ? {} : { reRequestedId: input.edit.reRequestId }),
    });
  return noteable;
}

function applied<T extends Noteable>(before: T, edit: Edit, byId: number, now: Date): T | undefined {
  const { stateEvent, reviewerIds, reRequestId, ...plain } = edit;
  const next: Record<string, unknown> = { ...before };
  for (const [key, value] of Object.entries(plain)) if (key in before) next[key] = value;
  if (edit.title !== undefined || edit.description !== undefined)
    if (next.title !== before.title || next.description !== before.description)
      Object.assign(next, { lastEditedAt: now, lastEditedById: byId });
  if (stateEvent === 'close' && before.state === 'opened')
    Object.assign(next, { state: 'closed', closedAt: now, closedById: byId });
  if (stateEvent === 'reopen' && before.state === 'closed')
    Object.assign(next, { state: 'opened', closedAt: null, closedById: null });
  if (before.kind === 'merge_request' && reviewerIds !== undefined)
    next.reviewers = reviewerIds.map((id) => keptReviewer(before, id, now));
  if (before.kind === 'merge_request' && reRequestId !== undefined)
    next.reviewers = before.reviewers.map((r) =>
      r.userId === reRequestId ? { ...r, state: 'unreviewed' } : r,
    );
  const same = JSON.stringify(next) === JSON.stringify(before);
  return same && reRequestId === undefined ? undefined : (next as unknown as T);
}

function keptReviewer(mr: MergeRequest, userId: number, now: Date): Reviewer {
  return mr.reviewers.find((r) => r.userId === userId) ?? { userId, state: 'unreviewed', createdAt: now };
}

function newReviewers(before: Noteable, after: Noteable, edit: Edit): readonly number[] {
  if (before.kind !== 'merge_request' || after.kind !== 'merge_request') return [];
  const fresh = added(
    before.reviewers.map((r) => r.userId),
    after.reviewers.map((r) => r.userId),
  );
  return edit.reRequestId === undefined ? fresh : [...fresh, edit.reRequestId];
}

function actionOf(before: Noteable, after: Noteable): 'update' | 'close' | 'reopen' {
  if (before.state === after.state) return 'update';
  return after.state === 'closed' ? 'close' : 'reopen';
}

function history(before: Noteable, after: Noteable, { state }: WorldContext): readonly string[] {
  const names = (ids: readonly number[]) =>
    ids.map((id) => `@${must(state.users.get(id), `user ${id}`).username}`).join(' and ');
  const lines: string[] = [];
  const pairs: [string, string, readonly number[], readonly number[]][] = [
    ['assigned to', 'unassigned', before.assigneeIds, after.assigneeIds],
  ];
  if (before.kind === 'merge_request' && after.kind === 'merge_request')
    pairs.push([
      'requested review from',
      'removed review request for',
      before.reviewers.map((r) => r.userId),
      after.reviewers.map((r) => r.userId),
    ]);
  for (const [plus, minus, old, fresh] of pairs) {
    if (added(old, fresh).length > 0) lines.push(`${plus} ${names(added(old, fresh))}`);
    if (added(fresh, old).length > 0) lines.push(`${minus} ${names(added(fresh, old))}`);
  }
  if (before.title !== after.title)
    lines.push(`changed title from **{-${before.title}-}** to **{+${after.title}+}**`);
  if (before.description !== after.description) lines.push('changed the description');
  if (before.state !== after.state) lines.push(after.state === 'closed' ? 'closed' : 'reopened');
  if (before.discussionLocked !== after.discussionLocked)
    lines.push(`${after.discussionLocked ? 'locked' : 'unlocked'} the discussion`);
  if (before.kind === 'issue' && after.kind === 'issue' && before.confidential !== after.confidential)
    lines.push(`made the issue ${after.confidential ? 'confidential' : 'visible to everyone'}`);
  return lines;
}

function added(before: readonly number[], after: readonly number[]): readonly number[] {
  return after.filter((id) => !before.includes(id));
}
