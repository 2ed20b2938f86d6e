import type { Delivery } from '../../src/events/delivery.ts';
import {
  issuePayload,
  mergeRequestPayload,
  notePayload,
  pipelinePayload,
  project,
} from '../builders/payloads.ts';
import type { RunPipeline, World } from './gitlab.ts';
import type { AgentName, Item, Who } from './plan.ts';

const IDS: Readonly<Record<Who, number>> = { alice: 5, user6: 6, user7: 7, stranger: 9 };
const BOTS: Readonly<Record<AgentName, number>> = { claude: 90, codex: 91 };
const PROJECTS = {
  web: project,
  blog: {
    ...project,
    id: 8,
    name: 'Blog',
    web_url: 'https://gitlab.example.com/acme/blog',
    path_with_namespace: 'acme/blog',
  },
};

const accountOf = (agent: AgentName) => `${agent}-bot`;

/** The people and what they do in GitLab, as the webhooks tell it. */
export function createPeople(world: World) {
  /** Threads that people began, by item. */
  const threads = new Map<Item, string[]>();
  /** Commands that were written, by thread. */
  const commands = new Map<string, number>();
  let lastThread = 0;

  const { members } = world.double;
  members.set(6, 40);
  members.set(7, 30);

  const user = (who: Who) => ({ id: IDS[who], name: who, username: who });
  const bot = (agent: AgentName) => ({ id: BOTS[agent], name: agent, username: accountOf(agent) });
  const now = () => new Date().toISOString();
  const placed = (at: Item) => {
    const [name = '', iid = ''] = at.split(/[#!]/);
    return {
      project: name === 'blog' ? PROJECTS.blog : PROJECTS.web,
      isIssue: at.includes('#'),
      iid: Number(iid),
    };
  };

  function threadOf(at: Item, which: number): string {
    const there = threads.get(at) ?? [];
    const old = which === 0 ? undefined : there[which - 1];
    if (old !== undefined) return old;
    lastThread += 1;
    const fresh = `d-${lastThread}`;
    threads.set(at, [...there, fresh]);
    return fresh;
  }

  function comment(who: Who, at: Item, body: string, discussion: string): Delivery {
    const { project, isIssue } = placed(at);
    const id = world.double.say(discussion, body);
    const url = `${project.web_url}/-/notes/${id}`;
    const payload = notePayload(body, {
      note: { id, discussion_id: discussion, author_id: IDS[who], created_at: now(), updated_at: now(), url },
      user: user(who),
      project,
      project_id: project.id,
      ...(isIssue ? {} : { mergeRequest: { target_project_id: project.id, source_project_id: project.id } }),
    });
    return { event: 'Note Hook', payload };
  }

  function change(
    who: Who,
    at: Item,
    { action, assignees }: { action: string; assignees?: unknown },
  ): Delivery {
    const { project, isIssue } = placed(at);
    const fields = { action, updated_at: now() };
    const rest = { user: user(who), project, changes: assignees === undefined ? {} : { assignees } };
    return isIssue
      ? {
          event: 'Issue Hook',
          payload: issuePayload({ issue: { ...fields, project_id: project.id }, ...rest }),
        }
      : { event: 'Merge Request Hook', payload: mergeRequestPayload({ mergeRequest: fields, ...rest }) };
  }

  return {
    ask: (who: Who, agents: readonly AgentName[], at: Item, thread: number) =>
      comment(
        who,
        at,
        `${agents.map((agent) => `@${accountOf(agent)}`).join(' ')} please fix it`,
        threadOf(at, thread),
      ),
    commands,
    command(who: Who, agent: AgentName, at: Item, name: string, thread: number) {
      const discussion = threadOf(at, thread);
      commands.set(discussion, (commands.get(discussion) ?? 0) + 1);
      return comment(who, at, `@${accountOf(agent)} ${name}`, discussion);
    },
    assign: (who: Who, agent: AgentName, at: Item) =>
      change(who, at, { action: 'update', assignees: { previous: [], current: [bot(agent)] } }),
    unassign: (who: Who, agent: AgentName, at: Item) =>
      change(who, at, { action: 'update', assignees: { previous: [bot(agent)], current: [] } }),
    close: (who: Who, at: Item) => change(who, at, { action: 'close' }),
    settled({ id, ref, projectId }: RunPipeline, status: string): Delivery {
      const payload = pipelinePayload(ref, status);
      const object_attributes = { ...payload.object_attributes, id };
      const project = projectId === 8 ? PROJECTS.blog : PROJECTS.web;
      return { event: 'Pipeline Hook', payload: { ...payload, object_attributes, project } };
    },
  };
}
