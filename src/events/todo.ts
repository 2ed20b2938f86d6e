import type { Person, Project } from './event.ts';
import { mentionedAccounts } from './mention.ts';

/** Milliseconds that GitLab may take from a change to the To-Do item that it makes of it. */
const LAG_MS = 5_000;
/** Milliseconds after which nobody takes a comment that was never edited for one that was. */
const LONG_LAG_MS = 60_000;

/** An issue or merge request as it is now. */
export interface TodoItem {
  readonly type: 'issue' | 'merge_request';
  readonly iid: number;
  readonly url: string;
  readonly confidential: boolean;
  readonly description: string | undefined;
  /** ISO 8601. */
  readonly updatedAt: string;
  /** ISO 8601, when it was closed or merged; `undefined` while it is open. */
  readonly endedAt: string | undefined;
  readonly assignees: readonly Person[];
  readonly reviewers: readonly Person[];
  readonly labels: readonly string[];
  /** All fields under GitLab's own names. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/** What the payload of a comment has of its issue or merge request. */
export type CommentedItem = Pick<TodoItem, 'type' | 'url' | 'confidential' | 'labels' | 'fields'>;

/** A To-Do item that GitLab made because somebody called on its owner. */
export interface Todo {
  readonly id: number;
  readonly action: 'mentioned' | 'directly_addressed' | 'assigned' | 'review_requested';
  readonly projectPath: string;
  /** Who called. */
  readonly author: Person;
  readonly item: TodoItem;
  /** The comment that it is about; `undefined`: the item itself. */
  readonly noteId: number | undefined;
  /** ISO 8601. */
  readonly createdAt: string;
}

/** A comment of a person's, with the thread that it is in. */
export interface TodoComment {
  readonly id: number;
  readonly discussionId: string;
  readonly author: Person;
  readonly body: string;
  readonly internal: boolean;
  /** GitLab's, such as `DiscussionNote`; `null`: it stands alone. */
  readonly type: string | null | undefined;
  /** ISO 8601. */
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** Something that an account was asked for on an item. */
export interface Asked {
  /** `undefined`: a comment that no To-Do item is about. */
  readonly todo: Todo | undefined;
  /** ISO 8601. */
  readonly at: string;
  /** What GitLab's webhook has for it; `undefined`: the comment is gone. */
  readonly payload: object | undefined;
}

/**
 * What the To-Do items of one issue or merge request are about, oldest first, each as the payload that GitLab's
 * webhook has for it. GitLab makes no second To-Do item where one is pending (before 17.8 for whatever reason, since
 * then but for comments), so comments from after the first of them that mention the account are among it.
 */
export function askedBy(
  todos: readonly [Todo, ...Todo[]],
  comments: readonly TodoComment[],
  { project, account }: { readonly project: Project; readonly account: string },
): readonly Asked[] {
  const [{ item }] = todos;
  const since = Math.min(...todos.map(({ createdAt }) => Date.parse(createdAt))) - LAG_MS;
  const ofTodos = todos.map((todo): Asked => {
    if (todo.noteId === undefined) {
      return { todo, at: todo.createdAt, payload: itemPayload(todo, { project, account }) };
    }
    const comment = comments.find(({ id }) => id === todo.noteId);
    const payload = comment && commentPayload(comment, { project, item, todo });
    return { todo, at: todo.createdAt, payload };
  });
  const others = comments
    .filter(
      ({ id, createdAt }) => Date.parse(createdAt) >= since && !todos.some((todo) => todo.noteId === id),
    )
    .filter(({ author, body }) => !isAccount(author, account) && names(body, account))
    .map((comment): Asked => {
      const payload = commentPayload(comment, { project, item, todo: undefined });
      return { todo: undefined, at: comment.createdAt, payload };
    });
  return [...ofTodos, ...others].sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
}

function isAccount({ username }: Person, account: string): boolean {
  return username.toLowerCase() === account.toLowerCase();
}

function names(text: string, account: string): boolean {
  return mentionedAccounts(text).includes(account.toLowerCase());
}

/** The payload of a comment's webhook; `todo`: the To-Do item that is about it, which may be about an edit of it. */
export function commentPayload(
  comment: TodoComment,
  { project, item, todo }: { project: Project; item: CommentedItem; todo: Todo | undefined },
): object {
  const edited = todo !== undefined && isEdit(comment, todo) ? todo : undefined;
  return {
    object_kind: 'note',
    event_type: item.confidential || comment.internal ? 'confidential_note' : 'note',
    user: comment.author,
    project_id: project.id,
    project: projectPayload(project),
    object_attributes: {
      id: comment.id,
      note: comment.body,
      noteable_type: item.type === 'issue' ? 'Issue' : 'MergeRequest',
      author_id: comment.author.id,
      discussion_id: comment.discussionId,
      type: comment.type,
      created_at: comment.createdAt,
      updated_at: edited === undefined ? comment.updatedAt : timeOf(edited, comment.updatedAt),
      system: false,
      internal: comment.internal,
      url: `${item.url}#note_${comment.id}`,
      ...(edited === undefined
        ? { action: 'create' }
        : { action: 'update', updated_by_id: edited.author.id }),
    },
    [item.type]: attributesOf(item),
  };
}

/**
 * Whether the To-Do item is about an edit of the comment rather than the comment: it was changed between being written
 * and the To-Do item, or was changed at all where those two lie far apart.
 */
function isEdit({ createdAt, updatedAt }: TodoComment, todo: Todo): boolean {
  const [written, changed, told] = [createdAt, updatedAt, todo.createdAt].map(Date.parse) as [
    number,
    number,
    number,
  ];
  return changed - written > 1_000 && (changed <= told + 1_000 || told - written > LONG_LAG_MS);
}

/** The payload of the webhook for an assignment, a request for a review, or a description that names the account. */
function itemPayload(todo: Todo, { project, account }: { project: Project; account: string }): object {
  const { item, author, action } = todo;
  const others = (people: readonly Person[]) => people.filter((person) => !isAccount(person, account));
  const { assignees, reviewers, description } = item;
  const changes = {
    assigned: { assignees: { previous: others(assignees), current: assignees } },
    review_requested: { reviewers: { previous: others(reviewers), current: reviewers } },
    mentioned: { description: { previous: null, current: description } },
    directly_addressed: { description: { previous: null, current: description } },
  };
  return {
    object_kind: item.type,
    event_type: item.confidential ? `confidential_${item.type}` : item.type,
    user: author,
    project: projectPayload(project),
    object_attributes: { ...attributesOf(item), action: 'update', updated_at: timeOf(todo, item.updatedAt) },
    labels: item.labels.map((title) => ({ title })),
    assignees,
    reviewers,
    changes: changes[action],
  };
}

/** When the change happened: as the changed thing says, unless it was changed again since. */
function timeOf({ createdAt }: Todo, updatedAt: string): string {
  return Math.abs(Date.parse(updatedAt) - Date.parse(createdAt)) <= LAG_MS ? updatedAt : createdAt;
}

function attributesOf({ fields, url, labels }: CommentedItem): object {
  return { ...fields, url, labels: labels.map((title) => ({ title })) };
}

function projectPayload({ id, path, url, defaultBranch }: Project): object {
  return { id, path_with_namespace: path, web_url: url, default_branch: defaultBranch };
}
