import type { Agent, Config } from './config/config.ts';
import type { Project } from './events/event.ts';
import { type Asked, askedBy, type Todo } from './events/todo.ts';
import { createReceive, type Receive, type Received, type ReceiveObserver } from './receive.ts';
import { Failure } from './runs/failures.ts';
import type { Clock, GitLabOf } from './runs/ports.ts';
import type { CaughtUp, RunQueue } from './runs/queue-ports.ts';
import type { CatchUpObserver, CaughtUpWith, TodoList, TodosOf } from './runs/todo-ports.ts';

/** Milliseconds that a To-Do item is left to its webhook. */
const GRACE_MS = 120_000;

/** One agent in one round. */
interface Round {
  readonly agent: Agent;
  readonly list: TodoList;
  readonly receive: Receive;
  /** By its full path; asked for once. */
  readonly project: (path: string) => Promise<Project>;
}

type Todos = readonly [Todo, ...Todo[]];

/**
 * The inbound half for what no webhook told: To-Do items → deliveries → receive. GitLab makes a To-Do item for an
 * account that is mentioned, assigned or asked for a review; each becomes the payload that its webhook has, and goes
 * the way of a delivery, so that it is the same run. Ticked off once its runs are durable, or when it starts nothing.
 * Never rejects: what could not be done is told, and is for the next time.
 */
export function createCatchUp(tools: {
  readonly config: Pick<Config, 'gitlab' | 'agents' | 'triggers' | 'limits'>;
  readonly gitlabOf: GitLabOf;
  readonly todosOf: TodosOf;
  readonly queue: Pick<RunQueue, 'add' | 'addCommand' | 'wake'>;
  readonly caughtUp: CaughtUp;
  readonly observer: ReceiveObserver & CatchUpObserver;
  readonly clock: Clock;
}): () => Promise<void> {
  const { config, gitlabOf, todosOf, queue, caughtUp, observer, clock } = tools;

  /** The triggers of an agent that cover a project. */
  const triggersOf = (agent: Agent, path: string) =>
    config.triggers.filter((trigger) => trigger.agent.name === agent.name && trigger.projects.match(path));

  function roundOf(agent: Agent): Round {
    // A To-Do item is its account's alone: others that the same comment names have their own.
    const triggers = config.triggers.filter((trigger) => trigger.agent.name === agent.name);
    const receive = createReceive({ ...tools, config: { ...config, triggers }, queue, by: 'todo' });
    const projects = new Map<string, Promise<Project>>();
    const project = (path: string) => {
      const asked = projects.get(path) ?? gitlabOf(agent.name).project(path);
      projects.set(path, asked);
      return asked;
    };
    return { agent, list: todosOf(agent.name), receive, project };
  }

  /** Looks through an agent's To-Do items from before `until`; gives back why not all of them. */
  async function lookThrough(round: Round, until: number): Promise<unknown> {
    const { todos, complete } = await round.list.pendingTodos();
    const ours = todos.filter(({ projectPath }) => triggersOf(round.agent, projectPath).length > 0);
    let trouble: unknown = complete
      ? undefined
      : new Error('there are more pending To-Do items than are read');
    for (const ofItem of byItem(ours.filter(({ createdAt }) => Date.parse(createdAt) <= until))) {
      try {
        await catchUpWith(ofItem, round);
      } catch (error) {
        if (!(error instanceof Failure) || error.kind === 'rate_limit') throw error;
        trouble ??= error;
      }
    }
    return trouble;
  }

  /**
   * All of an item in one go: as soon as the agent answers in a thread GitLab ticks off what is about that thread, and
   * by then every run has to be durable.
   */
  async function catchUpWith(todos: Todos, round: Round): Promise<void> {
    for (const asked of await whatWasAsked(todos, round)) {
      const { outcome, runs, reason } = await take(asked, todos, round);
      const [{ projectPath: project, item }] = todos;
      observer.caughtUp({
        agent: round.agent.name,
        project,
        resource: `${item.type}/${item.iid}`,
        todo: asked.todo?.id,
        action: asked.todo?.action ?? 'mentioned',
        outcome,
        runs,
        reason,
      });
    }
    for (const { id } of todos) await round.list.finishTodo(id);
  }

  async function whatWasAsked(todos: Todos, { agent, list, project }: Round): Promise<readonly Asked[]> {
    const [{ projectPath, item }] = todos;
    try {
      const found = await project(projectPath);
      const comments = await list.comments(found.id, item);
      return askedBy(todos, comments, { project: found, account: agent.account });
    } catch (error) {
      if (!(error instanceof Failure && error.kind === 'gone')) throw error;
      return todos.map((todo) => ({ todo, at: todo.createdAt, payload: undefined }));
    }
  }

  async function take(
    { payload, at }: Asked,
    [{ projectPath, item }]: Todos,
    { agent, receive }: Round,
  ): Promise<Pick<CaughtUpWith, 'outcome' | 'runs' | 'reason'>> {
    if (payload === undefined) return { outcome: 'gone', runs: [], reason: undefined };
    const endsIt = triggersOf(agent, projectPath).every(({ stopOn }) => stopOn.has('close'));
    if (endsIt && item.endedAt !== undefined && Date.parse(item.endedAt) > Date.parse(at)) {
      return { outcome: 'nothing', runs: [], reason: 'The item was closed or merged since.' };
    }
    return outcomeOf(await receive({ event: undefined, payload }));
  }

  return async () => {
    for (const agent of config.agents) {
      const until = clock() - GRACE_MS;
      try {
        const trouble = await lookThrough(roundOf(agent), until);
        if (trouble === undefined) await caughtUp.moveTo(`todos/${agent.name}`, until);
        observer.lookedThrough(agent.name, trouble);
      } catch (error) {
        observer.lookedThrough(agent.name, error);
      }
    }
  };
}

function outcomeOf(received: Received): Pick<CaughtUpWith, 'outcome' | 'runs' | 'reason'> {
  if (received.status !== 'accepted') {
    const verdicts = received.status === 'ignored' ? received.verdicts : [];
    const reason = [received.reason, ...verdicts.map((verdict) => verdict.reason)].join(' ');
    return { outcome: 'nothing', runs: [], reason };
  }
  const isKnown = received.commands === undefined && received.runs.every(({ duplicate }) => duplicate);
  const runs = received.runs.map(({ id }) => id);
  return { outcome: isKnown ? 'known' : 'taken', runs, reason: undefined };
}

/** To-Do items in groups of one issue or merge request. */
function byItem(todos: readonly Todo[]): readonly Todos[] {
  const groups = new Map<string, [Todo, ...Todo[]]>();
  for (const todo of todos) {
    const key = `${todo.projectPath} ${todo.item.type} ${todo.item.iid}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [todo]);
    else group.push(todo);
  }
  return [...groups.values()];
}
