import type { WorldContext } from './context.ts';
import { type Edit, editNoteable } from './edit-noteable.ts';
import { findIssue, getProject, getUser, must, type ProjectRef, type UserRef } from './lookup.ts';
import { saveNoteable, systemNote } from './note-records.ts';
import { addLabel } from './projects.ts';
import type { Issue, MergeRequest, Noteable } from './records-discussion.ts';
import { nextId, type State } from './state.ts';
import { addTodo, mentionTodos } from './todos.ts';

export interface NewIssue {
  readonly project: ProjectRef;
  readonly author: UserRef;
  readonly title: string;
  readonly description?: string;
  readonly issueType?: Issue['issueType'];
  readonly confidential?: boolean;
  readonly assignees?: readonly UserRef[];
  readonly labels?: readonly string[];
  readonly dueDate?: string;
}

/** Opens an issue or another work item. */
export function openIssue(input: NewIssue, context: WorldContext): Issue {
  const { state, now } = context;
  const project = getProject(input.project, state);
  const author = getUser(input.author, state);
  const issue: Issue = {
    kind: 'issue',
    id: nextId(state, 'issues'),
    iid: nextId(state, `issues/${project.id}`),
    projectId: project.id,
    issueType: input.issueType ?? 'issue',
    title: input.title,
    description: input.description ?? null,
    state: 'opened',
    confidential: input.confidential ?? false,
    discussionLocked: false,
    authorId: author.id,
    assigneeIds: (input.assignees ?? []).map((user) => getUser(user, state).id),
    labelIds: labelIds({ project, names: input.labels ?? [] }, context),
    dueDate: input.dueDate ?? null,
    createdAt: now(),
    updatedAt: now(),
    updatedById: null,
    lastEditedAt: null,
    lastEditedById: null,
    closedAt: null,
    closedById: null,
  };
  saveNoteable(issue, context);
  afterOpening(issue, context);
  context.emit({ type: 'issue', action: 'open', issue, previous: undefined, userId: author.id });
  return issue;
}

/** System notes and To-Do items of a fresh issue or merge request. */
export function afterOpening(noteable: Noteable, context: WorldContext): void {
  for (const userId of noteable.assigneeIds) {
    const name = getUser(userId, context.state).username;
    systemNote({ on: noteable, authorId: noteable.authorId, body: `assigned to @${name}` }, context);
    addTodo({ userId, authorId: noteable.authorId, action: 'assigned', on: noteable }, context);
  }
  mentionTodos({ text: noteable.description ?? '', authorId: noteable.authorId, on: noteable }, context);
}

/** Ids for label names; missing labels are made. */
export function labelIds(
  input: { project: ProjectRef; names: readonly string[] },
  context: WorldContext,
): readonly number[] {
  return input.names.map((name) => addLabel({ project: input.project, name }, context).id);
}

/** Ids for those label names that the project has. */
export function knownLabelIds(
  input: { project: ProjectRef; names: readonly string[] },
  { state }: Pick<WorldContext, 'state'>,
): readonly number[] {
  const project = getProject(input.project, state);
  return [...state.labels.values()]
    .filter((label) => label.projectId === project.id && input.names.includes(label.name))
    .map((label) => label.id);
}

/** Names an issue or merge request: the record itself, or its iid with the project. */
export type Target =
  | { readonly project?: ProjectRef; readonly issue: Issue | number; readonly mergeRequest?: undefined }
  | {
      readonly project?: ProjectRef;
      readonly mergeRequest: MergeRequest | number;
      readonly issue?: undefined;
    };

/** The current version of what a target names. */
export function resolveTarget(target: Target, state: State): Noteable {
  const named = target.issue ?? target.mergeRequest;
  if (typeof named === 'object')
    return must(
      named.kind === 'issue' ? state.issues.get(named.id) : state.mergeRequests.get(named.id),
      `${named.kind} ${named.id}`,
    );
  const project = getProject(must(target.project, 'project given beside the iid'), state);
  if (target.issue !== undefined)
    return must(findIssue(project.id, Number(target.issue), state), `issue ${target.issue}`);
  for (const mr of state.mergeRequests.values())
    if (mr.projectId === project.id && mr.iid === target.mergeRequest) return mr;
  return must<Noteable>(undefined, `merge request ${String(target.mergeRequest)}`);
}

/** Assigns users beside those who are assigned already. */
export function assign(
  input: Target & { by: UserRef; users: readonly UserRef[] },
  context: WorldContext,
): Noteable {
  const on = resolveTarget(input, context.state);
  const ids = input.users.map((user) => getUser(user, context.state).id);
  const edit = { assigneeIds: [...new Set([...on.assigneeIds, ...ids])] };
  return editNoteable({ on, by: input.by, edit }, context);
}

/** Takes users off the assignees. */
export function unassign(
  input: Target & { by: UserRef; users: readonly UserRef[] },
  context: WorldContext,
): Noteable {
  const on = resolveTarget(input, context.state);
  const ids = input.users.map((user) => getUser(user, context.state).id);
  const edit = { assigneeIds: on.assigneeIds.filter((id) => !ids.includes(id)) };
  return editNoteable({ on, by: input.by, edit }, context);
}

/** Any other change, in one event. */
export function edit(input: Target & { by: UserRef; edit: Edit }, context: WorldContext): Noteable {
  return editNoteable({ on: resolveTarget(input, context.state), by: input.by, edit: input.edit }, context);
}

export function close(input: Target & { by: UserRef }, context: WorldContext): Noteable {
  return edit({ ...input, edit: { stateEvent: 'close' } }, context);
}

export function reopen(input: Target & { by: UserRef }, context: WorldContext): Noteable {
  return edit({ ...input, edit: { stateEvent: 'reopen' } }, context);
}
