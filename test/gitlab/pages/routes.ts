import type { FastifyInstance, FastifyReply } from 'fastify';
import { findIssue, findMergeRequest, findProject } from '../world/lookup.ts';
import type { Noteable } from '../world/records-discussion.ts';
import type { Project } from '../world/records-project.ts';
import { homePage, jobPage, noteablePage, pipelinePage, projectPage, type Shown } from './views.ts';

export interface PageTools extends Shown {
  /** Username under which whoever sits at the browser writes. */
  readonly persona: string;
  /** Writes a comment as the persona. */
  readonly comment: (noteable: Noteable, body: string, discussionId: string | undefined) => Promise<unknown>;
}

type Params = { readonly '*': string };

/**
 * Pages for people at the addresses that GitLab gives its own: projects, issues, merge requests, pipelines and jobs,
 * to watch and to write comments. No sign-in: everybody is the persona.
 */
export async function pages(app: FastifyInstance, tools: PageTools): Promise<void> {
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    (_request, body, done) => done(null, Object.fromEntries(new URLSearchParams(String(body)))),
  );

  app.get('/', async (_request, reply) => send(reply, homePage(tools)));

  app.get<{ Params: Params }>('/*', async ({ params }, reply) => {
    const text = await show(params['*'], tools);
    return text === undefined
      ? reply.code(404).type('text/plain').send('404 Not Found\n')
      : send(reply, text);
  });

  app.post<{ Params: Params; Body: { body?: string; discussion?: string } }>(
    '/*',
    async ({ params, body }, reply) => {
      const noteable = noteableAt(params['*'], tools);
      if (noteable === undefined || !body.body?.trim())
        return reply.code(404).type('text/plain').send('404 Not Found\n');
      await tools.comment(noteable, body.body, body.discussion || undefined);
      return reply.redirect(`${tools.url()}/${params['*']}`, 303);
    },
  );
}

function send(reply: FastifyReply, text: string): FastifyReply {
  return reply.type('text/html; charset=utf-8').send(text);
}

async function show(path: string, tools: PageTools): Promise<string | undefined> {
  const { project, kind, id } = parse(path, tools);
  if (project === undefined) return undefined;
  if (kind === undefined) return projectPage(project, tools);
  const noteable = noteableAt(path, tools);
  if (noteable !== undefined) {
    const repository = tools.state.repositories.get(project.id);
    const isMergeRequest = noteable.kind === 'merge_request' && repository !== undefined;
    const diffs = isMergeRequest ? await repository.diff(noteable.diffRefs.baseSha, noteable.sha) : [];
    return noteablePage(noteable, tools.persona, diffs, tools);
  }
  const pipeline = kind === 'pipelines' ? tools.state.pipelines.get(id) : undefined;
  if (pipeline?.projectId === project.id) return pipelinePage(pipeline, tools);
  const job = kind === 'jobs' ? tools.state.jobs.get(id) : undefined;
  return job === undefined ? undefined : jobPage(job, tools);
}

function noteableAt(path: string, tools: PageTools): Noteable | undefined {
  const { project, kind, id } = parse(path, tools);
  if (project === undefined) return undefined;
  if (kind === 'merge_requests') return findMergeRequest(project.id, id, tools.state);
  return kind === 'issues' || kind === 'work_items' ? findIssue(project.id, id, tools.state) : undefined;
}

/** `group/project/-/issues/12` */
function parse(
  path: string,
  { state }: Shown,
): { project: Project | undefined; kind: string | undefined; id: number } {
  const [projectPath = '', rest] = path.split('/-/');
  const [kind, id] = rest?.split('/') ?? [];
  return { project: findProject(projectPath, state), kind, id: Number(id) };
}
