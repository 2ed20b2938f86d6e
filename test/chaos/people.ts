import type { Noteable } from '../gitlab/world/records-discussion.ts';
import { noteableUrl } from '../gitlab/world/urls.ts';
import { AGENTS, type AgentKind, type ChaosScene } from './scene.ts';
import type { Wish } from './schedule.ts';

type Payload = Readonly<Record<string, unknown>> & {
  readonly object_attributes?: Readonly<Record<string, unknown>>;
};

/** What somebody asked of an agent, and what became known of it since. */
export interface Request {
  readonly agent: AgentKind;
  readonly on: Noteable;
  /** The thread of the comment; none where there was no comment. */
  readonly discussionId: string | undefined;
  /** In words, for whoever reads a verdict. */
  readonly name: string;
  readonly repeated: boolean;
  /** Whether a delivery tells of this. */
  isToldBy(payload: Payload): boolean;
  /** The runs that the program said it took for this. */
  readonly runs: Set<string>;
}

/** People who open issues and merge requests and ask agents for things. */
export function peopleOf({ gitlab, projects, people, accounts }: ChaosScene) {
  const { world } = gitlab;
  const requests: Request[] = [];
  let count = 0;

  async function mergeRequest(wish: Wish, author: string): Promise<Noteable> {
    const project = projects[wish.project] ?? projects[0];
    if (project === undefined) throw new Error('there is a project');
    count += 1;
    const sourceBranch = `change-${count}`;
    const actions = [{ action: 'create', path: `change-${count}.txt`, content: 'new\n' } as const];
    await world.commit({ project, by: author, branch: sourceBranch, message: 'Change', actions });
    return world.openMergeRequest({ project, author, title: `Change ${count}`, sourceBranch });
  }

  function issue(wish: Wish, author: string): Noteable {
    const project = projects[wish.project] ?? projects[0];
    if (project === undefined) throw new Error('there is a project');
    count += 1;
    return world.openIssue({ project, author, title: `Issue ${count}` });
  }

  /** One of those that were asked on before, as the wish has it. */
  function earlier(wish: Wish, where: (request: Request) => boolean): Request | undefined {
    const found = requests.filter(where);
    return found[Math.floor(wish.choice * found.length)];
  }

  function mention(
    wish: Wish,
    { on, agent, discussionId }: Pick<Request, 'on' | 'agent' | 'discussionId'>,
  ): void {
    const author = people[wish.person] ?? 'ann';
    const { state } = world;
    const body = `@${agent.name}-bot please do number ${requests.length}`;
    const thread = discussionId === undefined ? { thread: true } : { discussionId };
    const target = on.kind === 'issue' ? { issue: on } : { mergeRequest: on };
    const note = world.comment({ ...target, author, body, ...thread });
    requests.push({
      agent,
      on,
      discussionId: note.discussionId,
      name: `the mention in note ${note.id} on ${noteableUrl(on, { state, url: world.url })}`,
      repeated: wish.repeated,
      isToldBy: ({ object_kind: kind, object_attributes: about }) => kind === 'note' && about?.id === note.id,
      runs: new Set(),
    });
  }

  function callOn(wish: Wish, { on, agent }: Pick<Request, 'on' | 'agent'>): void {
    const by = people[wish.person] ?? 'ann';
    const account = accounts[AGENTS.indexOf(agent)];
    if (account === undefined) throw new Error('each agent has an account');
    const [kind, change] = on.kind === 'issue' ? ['issue', 'assignees'] : ['merge_request', 'reviewers'];
    requests.push({
      agent,
      on,
      discussionId: undefined,
      name: `the ${change} of ${noteableUrl(on, world)}`,
      repeated: wish.repeated,
      isToldBy: ({ object_kind, object_attributes, changes }) =>
        object_kind === kind && object_attributes?.id === on.id && Object.hasOwn(changes ?? {}, change),
      runs: new Set(),
    });
    if (on.kind === 'issue') world.assign({ issue: on, by, users: [account] });
    else world.requestReview({ mergeRequest: on, by, users: [account] });
  }

  async function ask(wish: Wish): Promise<void> {
    const author = people[wish.person] ?? 'ann';
    const agent = AGENTS[wish.agent] ?? AGENTS[0];
    switch (wish.kind) {
      case 'issue':
        return mention(wish, { on: issue(wish, author), agent, discussionId: undefined });
      case 'same issue': {
        const on = earlier(wish, (request) => request.on.kind === 'issue')?.on ?? issue(wish, author);
        return mention(wish, { on, agent, discussionId: undefined });
      }
      case 'thread': {
        const before = earlier(wish, ({ discussionId }) => discussionId !== undefined);
        return mention(wish, before ?? { on: issue(wish, author), agent, discussionId: undefined });
      }
      case 'merge request':
        return mention(wish, { on: await mergeRequest(wish, author), agent, discussionId: undefined });
      case 'assign':
        return callOn(wish, { on: issue(wish, author), agent });
      case 'review':
        return callOn(wish, { on: await mergeRequest(wish, author), agent });
      default:
        return wish.kind satisfies never;
    }
  }

  return { requests: requests as readonly Request[], ask };
}
