import { hear } from '../check/heard.ts';
import { ourHooks } from '../check/hooks.ts';
import type { Agent, Config, Trigger } from '../config/config.ts';
import type { Delivery } from '../events/delivery.ts';
import type { Project } from '../events/event.ts';
import { subjectOf } from '../events/subject.ts';
import { type CommentedItem, commentPayload, type TodoComment } from '../events/todo.ts';
import { DELIVERIES_PER_PAGE, type HookDelivery, type Webhooks } from '../hooks/ports.ts';
import type { Received } from '../receive.ts';
import { createNamedUsers } from '../runs/named-users.ts';
import { lookAtPerson } from '../runs/person.ts';
import type { GitLab } from '../runs/ports.ts';
import type { TodoList } from '../runs/todo-ports.ts';
import type { Asked } from './address.ts';
import { meantBy } from './comment.ts';
import type { CommentFacts, GitLabFacts, HookLook, ItemFields, PersonFacts } from './facts.ts';

/** Pages of a webhook's deliveries that are looked through. */
const MOST_PAGES = 5;

/** What is asked of GitLab; only reads. */
export interface AskedGitLab {
  /** As the account of an agent. */
  readonly gitlabOf: (
    agent: string,
  ) => Pick<GitLab, 'project' | 'resource' | 'user' | 'userByName' | 'accessLevel' | 'membership'>;
  readonly commentsOf: (agent: string) => Pick<TodoList, 'comments'>;
  /** As the operator where there is one, else as an agent. */
  readonly hooksOf: (agent: string) => Pick<Webhooks, 'hooks' | 'deliveries'>;
}

interface Tools extends AskedGitLab {
  readonly config: Config;
  /** The triggers that cover the project; at least one. */
  readonly triggers: readonly [Trigger, ...Trigger[]];
  /** What a delivery does at a time, in milliseconds since the epoch. */
  readonly simulate: (delivery: Delivery, at: number) => Promise<Received>;
}

/** Asks GitLab what there is to know of an item or a comment. What GitLab refuses is a fact as well. */
export async function askGitLab(asked: Asked, tools: Tools): Promise<GitLabFacts> {
  const { agent } = tools.triggers[0];
  const gitlab = tools.gitlabOf(agent.name);
  const project = await hear(gitlab.project(asked.project));
  if ('failure' in project)
    return { account: agent.account, item: project, comment: undefined, hooks: project };
  const place = { project: project.is, resource: asked };
  const [item, hooks] = await Promise.all([
    hear(gitlab.resource(place)),
    hear(askHooks(asked, project.is, { agent, tools })),
  ]);
  const comment =
    'failure' in item || asked.noteId === undefined
      ? undefined
      : await hear(askComment(asked, { project: project.is, fields: item.is, agent, tools }));
  return { account: agent.account, item, comment, hooks };
}

interface At {
  readonly agent: Agent;
  readonly tools: Tools;
}

async function askComment(
  asked: Asked,
  { project, fields, agent, tools }: At & { readonly project: Project; readonly fields: ItemFields },
): Promise<CommentFacts | undefined> {
  const comments = await tools.commentsOf(agent.name).comments(project.id, asked);
  const comment = comments.find(({ id }) => id === asked.noteId);
  if (comment === undefined) return undefined;
  const payload = commentPayload(comment, { project, item: itemOf(asked, fields), todo: undefined });
  const delivery = { event: undefined, payload };
  const meant = meantBy(comment.body, tools.triggers);
  const received = await tools.simulate(delivery, Date.parse(comment.createdAt));
  const people: PersonFacts[] = [];
  for (const trigger of meant) people.push(await askPerson(comment, { trigger, project, tools }));
  return { comment, received, people };
}

function itemOf({ type }: Asked, fields: ItemFields): CommentedItem {
  const { web_url: url, labels, confidential } = fields;
  return {
    type,
    url: typeof url === 'string' ? url : '',
    confidential: confidential === true,
    labels: Array.isArray(labels) ? labels.map(String) : [],
    fields,
  };
}

async function askPerson(
  { author }: TodoComment,
  { trigger, project, tools }: { trigger: Trigger; project: Project; tools: Tools },
): Promise<PersonFacts> {
  const gitlab = tools.gitlabOf(trigger.agent.name);
  const isLetIn = createNamedUsers({ clock: () => 0, unknown: () => {} });
  const look = await hear(
    lookAtPerson({ actor: author, project }, { gitlab, trigger, isLetIn, recent: false }),
  );
  return { trigger, look };
}

async function askHooks({ noteId }: Asked, project: Project, { agent, tools }: At): Promise<HookLook> {
  const gitlab = tools.hooksOf(agent.name);
  const hooks = ourHooks(await gitlab.hooks(project.id), tools.config);
  const [hook] = hooks;
  if (hook === undefined) return { hooks, last: undefined, ofNote: undefined, goesBack: false };
  const seen: HookDelivery[] = [];
  const isOfNote = ({ payload }: HookDelivery) => subjectOf(payload).noteId === noteId;
  for (let page = 1; page <= MOST_PAGES; page += 1) {
    const some = await gitlab.deliveries(project.id, hook.id, { page });
    seen.push(...some);
    if (noteId === undefined || some.some(isOfNote) || some.length < DELIVERIES_PER_PAGE) break;
  }
  const ofNote = noteId === undefined ? undefined : seen.find(isOfNote);
  return { hooks, last: seen[0], ofNote, goesBack: noteId !== undefined && goesBackTo(noteId, seen) };
}

/** Ids of comments count up: one with a smaller id was written before. */
function goesBackTo(noteId: number, deliveries: readonly HookDelivery[]): boolean {
  return deliveries.some(({ payload }) => {
    const subject = subjectOf(payload);
    return subject.event === 'note' && subject.noteId !== undefined && subject.noteId < noteId;
  });
}
