import { editNoteable } from '../../world/edit-noteable.ts';
import { knownLabelIds, labelIds, openIssue } from '../../world/issues.ts';
import { levels } from '../../world/levels.ts';
import { findUser } from '../../world/lookup.ts';
import { mayAdminNoteable, mayReadNoteable, mayUpdateNoteable, mayWrite } from '../../world/policy.ts';
import type { Issue, Noteable } from '../../world/records-discussion.ts';
import type { Project } from '../../world/records-project.ts';
import { forbidden } from '../../world/refusal.ts';
import { type Call, created, type Endpoint, ok, page } from '../call.ts';
import { issueEntity } from '../entities/issue.ts';
import { choice, flag, given, integer, integers, list, requiredText, text } from '../input.ts';
import { issueOf, projectOf, userOf } from '../lookup.ts';
import { sorted } from '../sorting.ts';

const types = ['issue', 'incident', 'test_case', 'requirement', 'task', 'ticket'] as const;

/** Issues of a project. */
export const issueRoutes: readonly Endpoint[] = [
  {
    method: 'GET',
    path: '/projects/:id/issues',
    anonymous: true,
    run: (call) => {
      const project = projectOf(call);
      const state = choice(call, 'state', ['opened', 'closed', 'all']) ?? 'all';
      const iids = integers(call, 'iids');
      const type = choice(call, 'issue_type', types);
      const confidential = flag(call, 'confidential');
      const found = [...call.context.state.issues.values()]
        .filter((issue) => issue.projectId === project.id)
        .filter((issue) => mayReadNoteable(call.user, issue, project, call.context))
        .filter((issue) => state === 'all' || issue.state === state)
        .filter((issue) => iids === undefined || iids.includes(issue.iid))
        .filter((issue) => type === undefined || issue.issueType === type)
        .filter((issue) => confidential === undefined || issue.confidential === confidential)
        .filter((issue) => matches(issue, call));
      return page(sorted(found, call), (issue) => issueEntity(issue, call.context));
    },
  },
  {
    method: 'GET',
    path: '/projects/:id/issues/:iid',
    anonymous: true,
    run: (call) => ok(issueEntity(issueOf(call), call.context)),
  },
  {
    method: 'POST',
    path: '/projects/:id/issues',
    run: (call) => {
      const project = projectOf(call);
      const author = userOf(call);
      // In a project that everybody sees, everybody may open issues.
      const needed = project.visibility === 'private' ? levels.guest : levels.none;
      if (!mayWrite(author, needed, project, call.context) || !project.issuesEnabled) throw forbidden();
      const assignees = assigneesOf(call);
      const issue = openIssue(
        {
          project,
          author,
          title: requiredText(call, 'title'),
          ...given({
            description: text(call, 'description'),
            issueType: choice(call, 'issue_type', types),
            confidential: flag(call, 'confidential'),
            assignees,
            labels: list(call, 'labels'),
            dueDate: text(call, 'due_date'),
          }),
        },
        call.context,
      );
      return created(issueEntity(issue, call.context));
    },
  },
  {
    method: 'PUT',
    path: '/projects/:id/issues/:iid',
    run: (call) => {
      const before = issueOf(call);
      const project = projectOf(call);
      const edit = given({
        ...commonEdit(call, before, project),
        confidential: flag(call, 'confidential'),
        issueType: choice(call, 'issue_type', types),
        dueDate: text(call, 'due_date'),
      });
      return ok(
        issueEntity(editNoteable({ on: before, by: userOf(call), edit }, call.context), call.context),
      );
    },
  },
];

/** The edits that issues and merge requests share, once the caller may make them. */
export function commonEdit(call: Call, before: Noteable, project: Project) {
  if (!mayUpdateNoteable(call.user, before, project, call.context)) throw forbidden();
  const own = {
    title: text(call, 'title'),
    description: text(call, 'description'),
    stateEvent: choice(call, 'state_event', ['close', 'reopen']),
  };
  // GitLab drops, without a word, what the caller has no right to set.
  if (!mayAdminNoteable(call.user, before, project, call.context)) return own;
  return {
    ...own,
    assigneeIds: assigneesOf(call),
    labelIds: newLabels(call, before, project),
    discussionLocked: flag(call, 'discussion_locked'),
  };
}

/** `assignee_ids`, or the older `assignee_id`; 0 stands for nobody. */
export function assigneesOf(call: Call): readonly number[] | undefined {
  const single = integer(call, 'assignee_id');
  const ids = integers(call, 'assignee_ids') ?? (single === undefined ? undefined : [single]);
  return ids?.filter((id) => call.context.state.users.has(id));
}

function newLabels(call: Call, before: Noteable, project: Project): readonly number[] | undefined {
  const named = (name: string) => labelIds({ project, names: list(call, name) ?? [] }, call.context);
  const changes = ['labels', 'add_labels', 'remove_labels'].some((name) => list(call, name) !== undefined);
  if (!changes) return undefined;
  const base = list(call, 'labels') === undefined ? before.labelIds : named('labels');
  const gone = knownLabelIds({ project, names: list(call, 'remove_labels') ?? [] }, call.context);
  return [...new Set([...base, ...named('add_labels')])].filter((id) => !gone.includes(id));
}

/** The filters that issues and merge requests share. */
export function matches(on: Issue | Extract<Noteable, { kind: 'merge_request' }>, call: Call): boolean {
  const { state } = call.context;
  const author = text(call, 'author_username');
  const authorId = integer(call, 'author_id');
  const assignees = list(call, 'assignee_username');
  const assigneeId = integer(call, 'assignee_id');
  const labels = list(call, 'labels');
  const search = text(call, 'search')?.toLowerCase();
  const updatedAfter = text(call, 'updated_after');
  const names = on.labelIds.map((id) => state.labels.get(id)?.name);
  return (
    (author === undefined || findUser(author, state)?.id === on.authorId) &&
    (authorId === undefined || authorId === on.authorId) &&
    (assigneeId === undefined || on.assigneeIds.includes(assigneeId)) &&
    (assignees ?? []).every((name) => on.assigneeIds.includes(findUser(name, state)?.id ?? 0)) &&
    (labels ?? []).every((label) => names.includes(label)) &&
    (search === undefined || `${on.title} ${on.description ?? ''}`.toLowerCase().includes(search)) &&
    (updatedAfter === undefined || on.updatedAt >= new Date(updatedAfter))
  );
}
