import type { WorldContext } from '../../world/context.ts';
import { getProject, must, notesOf } from '../../world/lookup.ts';
import type { Issue, Noteable } from '../../world/records-discussion.ts';
import { noteableUrl } from '../../world/urls.ts';
import { userById } from './user.ts';

type Known = Pick<WorldContext, 'state' | 'url'>;

/** Fields that issues and merge requests share. */
export function noteableFields(on: Noteable, known: Known) {
  const project = getProject(on.projectId, known.state);
  const assignees = on.assigneeIds.map((id) => userById(id, known));
  const sign = on.kind === 'issue' ? '#' : '!';
  return {
    id: on.id,
    iid: on.iid,
    project_id: on.projectId,
    title: on.title,
    description: on.description,
    state: on.state,
    created_at: on.createdAt.toISOString(),
    updated_at: on.updatedAt.toISOString(),
    closed_at: on.closedAt?.toISOString() ?? null,
    closed_by: userById(on.closedById, known),
    labels: on.labelIds.map((id) => must(known.state.labels.get(id), `label ${id}`).name),
    milestone: null,
    assignees,
    author: userById(on.authorId, known),
    assignee: assignees[0] ?? null,
    user_notes_count: notesOf(on, known.state).filter((note) => !note.system).length,
    upvotes: 0,
    downvotes: 0,
    discussion_locked: on.discussionLocked ? true : null,
    web_url: noteableUrl(on, known),
    time_stats: {
      time_estimate: 0,
      total_time_spent: 0,
      human_time_estimate: null,
      human_total_time_spent: null,
    },
    task_completion_status: { count: 0, completed_count: 0 },
    references: {
      short: `${sign}${on.iid}`,
      relative: `${sign}${on.iid}`,
      full: `${project.pathWithNamespace}${sign}${on.iid}`,
    },
    imported: false,
    imported_from: 'none',
  };
}

export function issueEntity(issue: Issue, known: Known) {
  const api = `${known.url()}/api/v4/projects/${issue.projectId}`;
  return {
    ...noteableFields(issue, known),
    type: issue.issueType.toUpperCase(),
    merge_requests_count: 0,
    start_date: null,
    due_date: issue.dueDate,
    confidential: issue.confidential,
    issue_type: issue.issueType,
    blocking_issues_count: 0,
    has_tasks: false,
    task_status: '0 of 0 checklist items completed',
    _links: {
      self: `${api}/issues/${issue.iid}`,
      notes: `${api}/issues/${issue.iid}/notes`,
      award_emoji: `${api}/issues/${issue.iid}/award_emoji`,
      project: api,
      closed_as_duplicate_of: null,
    },
    severity: 'UNKNOWN',
    moved_to_id: null,
    service_desk_reply_to: null,
  };
}
