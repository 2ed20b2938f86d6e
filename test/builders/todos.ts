import type { Todo, TodoComment, TodoItem } from '../../src/events/todo.ts';
import { people, project } from './payloads.ts';

const ALICE = { id: people.alice.id, username: 'alice', name: 'Alice Ito' };
const BOT = { id: people.bot.id, username: 'claude-bot', name: 'Claude' };

/** An issue as a To-Do item shows it: open, and the agent is assigned. */
export function todoItem(fields: Partial<TodoItem> = {}): TodoItem {
  const iid = fields.iid ?? 12;
  return {
    type: 'issue',
    iid,
    url: `${project.web_url}/-/issues/${iid}`,
    confidential: false,
    description: 'It breaks',
    updatedAt: '2026-03-02T09:50:00.000Z',
    endedAt: undefined,
    assignees: [BOT],
    reviewers: [],
    labels: [],
    fields: { iid, title: 'Checkout fails' },
    ...fields,
  };
}

/** Alice addresses the agent in the comment 9001 of an issue. */
export function todo(fields: Partial<Todo> = {}): Todo {
  return {
    id: 1,
    action: 'directly_addressed',
    projectPath: project.path_with_namespace,
    author: ALICE,
    item: todoItem(),
    noteId: 9001,
    createdAt: '2026-03-02T09:50:00.000Z',
    ...fields,
  };
}

export function todoComment(fields: Partial<TodoComment> = {}): TodoComment {
  return {
    id: 9001,
    discussionId: 'd1',
    author: ALICE,
    body: '@claude-bot please',
    type: null,
    internal: false,
    createdAt: '2026-03-02T09:50:00.000Z',
    updatedAt: '2026-03-02T09:50:00.000Z',
    ...fields,
  };
}
