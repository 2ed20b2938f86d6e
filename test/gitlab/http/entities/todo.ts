import type { WorldContext } from '../../world/context.ts';
import { getNoteable, getProject, must } from '../../world/lookup.ts';
import type { Todo } from '../../world/records-people.ts';
import { noteableUrl, noteUrl } from '../../world/urls.ts';
import { issueEntity } from './issue.ts';
import { mergeRequestBasic } from './merge-request.ts';
import { projectIdentity } from './project.ts';
import { userById } from './user.ts';

export function todoEntity(todo: Todo, context: WorldContext) {
  const target = getNoteable(todo.target, context.state);
  const note = todo.noteId === null ? undefined : context.state.notes.get(todo.noteId);
  return {
    id: todo.id,
    project: projectIdentity(getProject(todo.projectId, context.state), context),
    author: must(userById(todo.authorId === 0 ? todo.userId : todo.authorId, context) ?? undefined, 'author'),
    action_name: todo.action,
    target_type: target.kind === 'issue' ? 'Issue' : 'MergeRequest',
    target: target.kind === 'issue' ? issueEntity(target, context) : mergeRequestBasic(target, context),
    target_url: note === undefined ? noteableUrl(target, context) : noteUrl(note, context),
    body: todo.body,
    state: todo.state,
    created_at: todo.createdAt.toISOString(),
    updated_at: todo.updatedAt.toISOString(),
  };
}
