import type { WorldContext } from '../world/context.ts';
import type { DomainEvent } from '../world/events.ts';
import type { Issue } from '../world/records-discussion.ts';
import { noteableUrl } from '../world/urls.ts';
import {
  hookDate,
  hookLabels,
  hookProject,
  hookRepository,
  hookUser,
  noTime,
  stateIds,
} from './attributes.ts';
import { changesBetween } from './changes.ts';

const typeNames: Readonly<Record<Issue['issueType'], string>> = {
  issue: 'Issue',
  incident: 'Incident',
  test_case: 'Test Case',
  requirement: 'Requirement',
  task: 'Task',
  ticket: 'Ticket',
};

/** `object_attributes` of an issue, and the `issue` of a note. */
export function issueAttributes(issue: Issue, context: WorldContext) {
  return {
    author_id: issue.authorId,
    closed_at: hookDate(issue.closedAt, context),
    confidential: issue.confidential,
    created_at: hookDate(issue.createdAt, context),
    description: issue.description,
    discussion_locked: issue.discussionLocked ? true : null,
    due_date: issue.dueDate,
    id: issue.id,
    iid: issue.iid,
    last_edited_at: hookDate(issue.lastEditedAt, context),
    last_edited_by_id: issue.lastEditedById,
    milestone_id: null,
    moved_to_id: null,
    duplicated_to_id: null,
    project_id: issue.projectId,
    relative_position: null,
    state_id: stateIds[issue.state],
    time_estimate: 0,
    title: issue.title,
    updated_at: hookDate(issue.updatedAt, context),
    updated_by_id: issue.updatedById,
    weight: null,
    health_status: null,
    type: typeNames[issue.issueType],
    url: noteableUrl(issue, context),
    ...noTime,
    assignee_ids: issue.assigneeIds,
    assignee_id: issue.assigneeIds[0] ?? null,
    labels: hookLabels(issue.labelIds, context),
    state: issue.state,
    severity: 'unknown',
  };
}

/** The whole webhook of an issue or other work item. */
export function issuePayload(event: Extract<DomainEvent, { type: 'issue' }>, context: WorldContext) {
  const { issue, previous, action } = event;
  const kind = issue.issueType === 'issue' ? 'issue' : 'work_item';
  const labels = hookLabels(issue.labelIds, context);
  const assignees = issue.assigneeIds.map((id) => hookUser(id, context));
  return {
    object_kind: kind,
    event_type: issue.confidential ? `confidential_${kind}` : kind,
    user: hookUser(event.userId, context),
    project: hookProject(issue.projectId, context),
    object_attributes: { ...issueAttributes(issue, context), action },
    labels,
    changes:
      previous === undefined ? openingChanges(issue, context) : changesBetween(previous, issue, context),
    repository: hookRepository(issue.projectId, context),
    // Left out when empty.
    ...(assignees.length > 0 ? { assignees } : {}),
  };
}

/** An opened item lists its fresh columns; assignees are not among them. */
function openingChanges(issue: Issue, context: WorldContext) {
  const fresh = {
    author_id: issue.authorId,
    created_at: hookDate(issue.createdAt, context),
    description: issue.description,
    id: issue.id,
    iid: issue.iid,
    project_id: issue.projectId,
    title: issue.title,
    updated_at: hookDate(issue.updatedAt, context),
  };
  return Object.fromEntries(
    Object.entries(fresh).map(([key, current]) => [key, { previous: null, current }]),
  );
}
