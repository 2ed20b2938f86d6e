import type { Todo, TodoComment, TodoItem } from '../events/todo.ts';

/**
 * What catching up asks of GitLab, as the account of one agent. One request each (lists: one a page); fails with a
 * {@link Failure}, of kind `gone` for what is not there or not to be seen.
 */
export interface TodoList {
  /**
   * The pending To-Do items of issues and merge requests that somebody's call on the account made, oldest first.
   * `complete` is false where there are so many of all kinds that the oldest were left out.
   */
  pendingTodos(): Promise<{ readonly todos: readonly Todo[]; readonly complete: boolean }>;
  /** Ticks one off; one that is gone is ticked off. */
  finishTodo(id: number): Promise<void>;
  /** All comments on an item but those of GitLab itself. */
  comments(projectId: number, item: Pick<TodoItem, 'type' | 'iid'>): Promise<readonly TodoComment[]>;
}

/** Gives the To-Do list of an agent by its name. */
export type TodosOf = (agent: string) => TodoList;

/** What became of something that a To-Do item told of. */
export interface CaughtUpWith {
  readonly agent: string;
  readonly project: string;
  /** Such as `issue/12`. */
  readonly resource: string;
  /** `undefined`: a comment that no To-Do item is about. */
  readonly todo: number | undefined;
  /** GitLab's word for why there is a To-Do item. */
  readonly action: string;
  /** `taken`: a run or a command; `known`: a delivery had told of it; `nothing`: it starts nothing; `gone`. */
  readonly outcome: 'taken' | 'known' | 'nothing' | 'gone';
  readonly runs: readonly string[];
  /** Why it starts nothing. */
  readonly reason: string | undefined;
}

/** Hears what catching up does. */
export interface CatchUpObserver {
  caughtUp(what: CaughtUpWith): void;
  /** An agent's To-Do items were looked through; `trouble`: why not all of them. */
  lookedThrough(agent: string, trouble: unknown): void;
}
