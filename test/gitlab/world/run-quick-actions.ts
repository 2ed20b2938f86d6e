import type { WorldContext } from './context.ts';
import { type Edit, editNoteable } from './edit-noteable.ts';
import { knownLabelIds } from './issues.ts';
import { findUser, getProject } from './lookup.ts';
import { mergeMergeRequest } from './merging.ts';
import { mayAdminNoteable, mayPush, mayUpdateNoteable } from './policy.ts';
import type { QuickAction } from './quick-actions.ts';
import type { Noteable } from './records-discussion.ts';
import type { User } from './records-people.ts';
import { addTodo, finishTodos } from './todos.ts';

/** What the commands of a note did. */
export interface CommandResult {
  /** Sentences such as `Assigned @bot.` */
  readonly messages: readonly string[];
  readonly changes: Readonly<Record<string, unknown>>;
  readonly failed: boolean;
}

/** Runs the commands of a note for its author, each where the author has the right to. */
export function runQuickActions(
  input: { on: Noteable; by: User; actions: readonly QuickAction[] },
  context: WorldContext,
): CommandResult {
  const messages: string[] = [];
  const changes: Record<string, unknown> = {};
  let { on } = input;
  let failed = false;
  for (const action of input.actions) {
    const done = allowed(action, on, input.by, context) ? effect(action, on, input.by, context) : undefined;
    if (done === undefined) {
      messages.push(`Could not apply ${action.name} command.`);
      failed = true;
      continue;
    }
    messages.push(done.message);
    Object.assign(changes, done.change);
    if (done.edit !== undefined) on = editNoteable({ on, by: input.by, edit: done.edit }, context);
  }
  return { messages, changes, failed };
}

interface Effect {
  readonly message: string;
  readonly change: Readonly<Record<string, unknown>>;
  readonly edit?: Edit;
}

function allowed(action: QuickAction, on: Noteable, by: User, context: WorldContext): boolean {
  const project = getProject(on.projectId, context.state);
  if (['todo', 'done'].includes(action.name)) return true;
  if (action.name === 'merge')
    return on.kind === 'merge_request' && mayPush(by, on.targetBranch, project, context);
  if (['close', 'reopen', 'title', 'draft', 'ready'].includes(action.name))
    return mayUpdateNoteable(by, on, project, context);
  return mayAdminNoteable(by, on, project, context);
}

function effect(
  { name, argument }: QuickAction,
  on: Noteable,
  by: User,
  context: WorldContext,
): Effect | undefined {
  const { state } = context;
  const words = argument.split(/[\s,]+/).filter((word) => word !== '');
  const people = words
    .map((word) => (word === 'me' ? by : findUser(word.replace(/^@/, ''), state)))
    .filter((user) => user !== undefined);
  const ids = people.map((user) => user.id);
  const names = people.map((user) => `@${user.username}`).join(' ');
  const labels = knownLabelIds({ project: on.projectId, names: labelNames(argument) }, context);
  const current = on.kind === 'merge_request' ? on.reviewers.map((r) => r.userId) : [];
  switch (name) {
    case 'assign':
    case 'reassign': {
      if (ids.length === 0) return undefined;
      const assigneeIds = name === 'assign' ? [...new Set([...on.assigneeIds, ...ids])] : ids;
      return { message: `Assigned ${names}.`, change: { assignee_ids: assigneeIds }, edit: { assigneeIds } };
    }
    case 'unassign': {
      const assigneeIds = ids.length === 0 ? [] : on.assigneeIds.filter((id) => !ids.includes(id));
      return {
        message: `Removed ${names || 'assignees'}.`,
        change: { assignee_ids: assigneeIds },
        edit: { assigneeIds },
      };
    }
    case 'assign_reviewer':
    case 'reviewer':
    case 'request_review': {
      if (ids.length === 0 || on.kind === 'issue') return undefined;
      const again = ids.find((id) => current.includes(id));
      const reviewerIds = [...new Set([...current, ...ids])];
      const edit = again === undefined ? { reviewerIds } : { reviewerIds, reRequestId: again };
      return { message: `Requested a review from ${names}.`, change: { reviewer_ids: reviewerIds }, edit };
    }
    case 'unassign_reviewer':
    case 'remove_reviewer': {
      const reviewerIds = ids.length === 0 ? [] : current.filter((id) => !ids.includes(id));
      return {
        message: `Removed reviewer ${names}.`,
        change: { reviewer_ids: reviewerIds },
        edit: { reviewerIds },
      };
    }
    case 'close':
    case 'reopen': {
      const what = on.kind === 'issue' ? 'issue' : 'merge request';
      const verb = name === 'close' ? 'Closed' : 'Reopened';
      return { message: `${verb} this ${what}.`, change: { state_event: name }, edit: { stateEvent: name } };
    }
    case 'label':
      if (labels.length === 0) return undefined;
      return {
        message: `Added ${argument} label.`,
        change: { add_label_ids: labels },
        edit: withLabels(on, labels),
      };
    case 'unlabel':
    case 'relabel': {
      const rest =
        name === 'relabel' ? labels : on.labelIds.filter((id) => labels.length > 0 && !labels.includes(id));
      return { message: 'Changed labels.', change: { label_ids: rest }, edit: { labelIds: rest } };
    }
    case 'title':
      return {
        message: `Changed the title to "${argument}".`,
        change: { title: argument },
        edit: { title: argument },
      };
    case 'draft':
    case 'ready': {
      const bare = on.title.replace(/^(draft:|\[draft\]|\(draft\))\s*/i, '');
      const title = name === 'draft' ? `Draft: ${bare}` : bare;
      return {
        message: `Marked this merge request as ${name}.`,
        change: { wip_event: name },
        edit: { title },
      };
    }
    case 'confidential':
      return {
        message: 'Made this issue confidential.',
        change: { confidential: true },
        edit: { confidential: true },
      };
    case 'lock':
    case 'unlock': {
      const discussionLocked = name === 'lock';
      const verb = discussionLocked ? 'Locked' : 'Unlocked';
      return {
        message: `${verb} the discussion.`,
        change: { discussion_locked: discussionLocked },
        edit: { discussionLocked },
      };
    }
    case 'todo':
      addTodo({ userId: by.id, authorId: 0, action: 'marked', on }, context);
      return { message: 'Added a to-do item.', change: { todo_event: 'add' } };
    case 'done':
      finishTodos({ userId: by.id, on }, context);
      return { message: 'Marked to-do item as done.', change: { todo_event: 'done' } };
    case 'merge':
      // GitLab schedules the merge as well; the answer does not wait for it.
      void mergeMergeRequest(
        { mergeRequest: on as Extract<Noteable, { kind: 'merge_request' }>, by },
        context,
      ).catch(() => undefined);
      return {
        message: 'Scheduled to merge this merge request.',
        change: { merge: on.kind === 'merge_request' ? on.sha : null },
      };
    default:
      return undefined;
  }
}

function labelNames(argument: string): readonly string[] {
  const names = [...argument.matchAll(/~"([^"]+)"|~?([^\s~"]+)/g)].map((m) => m[1] ?? m[2] ?? '');
  return names.filter((name) => name !== '' && !name.startsWith('@'));
}

function withLabels(on: Noteable, labels: readonly number[]): Edit {
  return { labelIds: [...new Set([...on.labelIds, ...labels])] };
}
