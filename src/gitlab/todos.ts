import { IssueDiscussions, MergeRequestDiscussions, TodoLists } from '@gitbeaker/rest';
import type { z } from 'zod';
import type { Todo, TodoComment, TodoItem } from '../events/todo.ts';
import type { TodoList } from '../runs/todo-ports.ts';
import { orUndefined, readAnswer } from './answer.ts';
import { connectionOf, type Login, type Wire } from './connection.ts';
import { TodoAnswer, TodoCommentsAnswer, TodosAnswer } from './todo-responses.ts';

const PER_PAGE = 100;
/** Of To-Do items: the newest 2,000. */
const MOST_PAGES = 20;
/** Of threads: GitLab allows 5,000 comments on an item. */
const MOST_THREAD_PAGES = 50;

/** Connects to GitLab's To-Do list of one account. */
export function createTodos(login: Login, wire: Wire): TodoList {
  const connection = connectionOf(login, wire);
  const todoLists = new TodoLists(connection);
  const discussions = {
    issue: new IssueDiscussions(connection),
    merge_request: new MergeRequestDiscussions(connection),
  };

  return {
    async pendingTodos() {
      const { items, complete } = await pagesOf(MOST_PAGES, async (page) => {
        const options = { state: 'pending', perPage: PER_PAGE, page, showExpanded: true } as const;
        const { data, paginationInfo } = await todoLists.all(options);
        return { items: readAnswer(TodosAnswer, data), next: paginationInfo.next };
      });
      const todos = items.flatMap((item) => todoOf(item) ?? []);
      // The identity of a To-Do item counts up; GitLab lists the newest first.
      return { todos: todos.sort((a, b) => a.id - b.id), complete };
    },
    async finishTodo(todoId) {
      await orUndefined(todoLists.done({ todoId }));
    },
    async comments(projectId, { type, iid }) {
      const { items } = await pagesOf(MOST_THREAD_PAGES, async (page) => {
        const options = { perPage: PER_PAGE, page, showExpanded: true } as const;
        const { data, paginationInfo } = await discussions[type].all(projectId, iid, options);
        return { items: readAnswer(TodoCommentsAnswer, data), next: paginationInfo.next };
      });
      return items.flatMap(({ id, notes }) =>
        notes.filter(({ system }) => system !== true).flatMap((note) => commentOf(note, id) ?? []),
      );
    },
  };
}

/** All that a paged list has; `complete` is false where it has more pages than `most`. */
async function pagesOf<T>(
  most: number,
  read: (page: number) => Promise<{ readonly items: readonly T[]; readonly next: number | null }>,
): Promise<{ readonly items: readonly T[]; readonly complete: boolean }> {
  const items: T[] = [];
  for (let page = 1; page <= most; page += 1) {
    const answer = await read(page);
    items.push(...answer.items);
    if (answer.next === null) return { items, complete: true };
  }
  return { items, complete: false };
}

/** `undefined` for one that is about something else, or of another kind. */
function todoOf(answer: unknown): Todo | undefined {
  const read = TodoAnswer.safeParse(answer);
  if (!read.success) return undefined;
  const { id, action_name, project, author, target_type, target, target_url, created_at } = read.data;
  const noteId = /#note_(\d+)$/.exec(target_url)?.[1];
  return {
    id,
    action: action_name,
    projectPath: project.path_with_namespace,
    author,
    item: itemOf(target_type, target),
    noteId: noteId === undefined ? undefined : Number(noteId),
    createdAt: created_at,
  };
}

function itemOf(type: string, target: z.output<typeof TodoAnswer>['target']): TodoItem {
  const isOpen = target.state === 'opened' || target.state === 'locked';
  return {
    type: type === 'MergeRequest' ? 'merge_request' : 'issue',
    iid: target.iid,
    url: target.web_url,
    confidential: target.confidential === true,
    description: target.description,
    updatedAt: target.updated_at,
    endedAt: isOpen ? undefined : (target.merged_at ?? target.closed_at),
    assignees: target.assignees ?? [],
    reviewers: target.reviewers ?? [],
    labels: target.labels ?? [],
    fields: target,
  };
}

function commentOf(
  { author, ...note }: z.output<typeof TodoCommentsAnswer>[number]['notes'][number],
  discussionId: string,
): TodoComment | undefined {
  if (author == null) return undefined;
  return {
    id: note.id,
    discussionId,
    author,
    body: note.body ?? '',
    internal: note.internal === true || note.confidential === true,
    type: note.type,
    createdAt: note.created_at,
    updatedAt: note.updated_at ?? note.created_at,
  };
}
