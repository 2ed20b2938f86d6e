import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Repository } from '../ports.ts';
import { basicAuth, type Credentials } from './basic-auth.ts';
import { findProgram } from './find-program.ts';
import { header, projectPath, SERVICES, type Service, unzipped } from './git-request.ts';
import { httpBackend } from './http-backend.ts';
import { refuse } from './refusals.ts';
import { watchPush } from './watch-push.ts';

/** One ref that a push has changed. Created and deleted refs have forty zeros on one side, as in GitLab's hooks. */
export interface RefChange {
  readonly ref: string;
  readonly before: string;
  readonly after: string;
  readonly username: string;
}

/** A project that Git may reach. */
export interface HostedProject {
  readonly repository: Repository;
  /** Whether somebody may read or write. Without credentials both strings are empty. */
  readonly may: (user: Credentials, right: 'read' | 'write') => Promise<boolean>;
}

export interface SmartHttpOptions {
  /** The project at a path such as `group/project`. */
  readonly find: (path: string) => Promise<HostedProject | undefined>;
  /** Called when the refs are changed on disk, before the client learns that its push is done. */
  readonly onPush: (path: string, changes: RefChange[]) => void;
  /** The `git` program; `false` behaves as on a machine without one. */
  readonly git?: string | false;
}

/** GitLab's limit of nested groups, and the project itself. */
const MAX_DEPTH = 21;
const NOBODY: Credentials = { username: '', password: '' };

/**
 * Serves `PATH.git` over Git's smart HTTP protocol, with Basic authentication, in front of the real
 * `git http-backend`. Register it under the base path. Where no git program exists every route answers 501.
 */
export async function smartHttp(app: FastifyInstance, options: SmartHttpOptions): Promise<void> {
  const git = options.git === undefined ? findProgram('git') : options.git;

  async function serve(request: FastifyRequest, reply: FastifyReply, service: Service, post: boolean) {
    const path = projectPath(request);
    if (path === undefined) return reply.callNotFound();
    if (git === undefined || git === false) return refuse(reply, 'noGit');
    const user = basicAuth(request.headers.authorization);
    const who = user ?? NOBODY;
    const right = service === 'git-receive-pack' ? 'write' : 'read';
    const project = await options.find(path);
    if (project === undefined) return refuse(reply, user === undefined ? 'denied' : 'notFound');
    if (!(await project.may(who, right))) {
      const known = user !== undefined && right === 'write' && (await project.may(who, 'read'));
      return refuse(reply, known ? 'noPush' : 'denied');
    }
    const sent = post ? unzipped(request) : undefined;
    const push = sent !== undefined && right === 'write' ? watchPush(sent, project.repository) : undefined;
    const answer = await httpBackend(
      {
        dir: project.repository.dir,
        method: post ? 'POST' : 'GET',
        pathInfo: post ? `/${service}` : '/info/refs',
        query: post ? '' : `service=${service}`,
        contentType: header(request, 'content-type'),
        protocol: header(request, 'git-protocol'),
        username: who.username,
        body: push?.body ?? sent,
      },
      { git },
    );
    async function* body(projectAt: string) {
      yield* answer.body;
      const changes = (await push?.changes()) ?? [];
      if (changes.length === 0) return;
      options.onPush(
        projectAt,
        changes.map((change) => ({ ...change, username: who.username })),
      );
    }
    const stream = Readable.from(body(path), { objectMode: false });
    return reply.code(answer.status).headers(answer.headers).send(stream);
  }

  for (const service of SERVICES)
    app.addContentTypeParser(`application/x-${service}-request`, (_request, payload, done) =>
      done(null, payload),
    );

  // One route for each depth: a wildcard would take every other address of the server.
  for (let depth = 2; depth <= MAX_DEPTH; depth += 1) {
    const at = Array.from({ length: depth }, (_, index) => `/:part${index}`).join('');
    app.get(`${at}/info/refs`, { exposeHeadRoute: false }, (request, reply) => {
      const asked = (request.query as Readonly<Record<string, unknown>>).service;
      const service = SERVICES.find((name) => name === asked);
      if (service !== undefined) return serve(request, reply, service, false);
      return projectPath(request) === undefined ? reply.callNotFound() : refuse(reply, 'dumb');
    });
    for (const service of SERVICES)
      app.post(`${at}/${service}`, (request, reply) => serve(request, reply, service, true));
  }
}
