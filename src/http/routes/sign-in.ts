import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { loginPage } from '../../dashboard/login.tsx';
import { signInLost } from '../../gitlab/sign-in.ts';
import { BeckonError } from '../../lib/errors.ts';
import { isFromOwnPage, nameOf, type Principal, type Sessions } from '../session.ts';
import { createCountStranger } from '../strangers.ts';
import type { DeskTools } from './desk.ts';
import { baseOf, Fields, frameFor, ownPath, sendPage } from './pages.ts';
import { statusOf } from './status-of.ts';

const TOO_MANY = { text: 'Too many attempts. Try again later.', status: 429 };

/** `/login`: where somebody gets a session, by the admin token or with GitLab. */
export function signInRoutes(app: FastifyInstance, tools: DeskTools, sessions: () => Sessions): void {
  const { desk, observer, log } = tools;
  const countStranger = createCountStranger(app);
  const base = () => baseOf(desk().config.server.publicUrl);

  const page = (reply: FastifyReply, next: string, fault?: { text: string; status: number }) =>
    sendPage(
      reply,
      loginPage({
        frame: frameFor(undefined, tools),
        next,
        byGitLab: desk().people !== undefined,
        fault: fault?.text,
      }),
      fault?.status,
    );

  async function letIn(who: Principal, next: string, request: FastifyRequest, reply: FastifyReply) {
    observer.signedIn({ isLetIn: true, who: nameOf(who), from: request.ip });
    return reply.header('set-cookie', await sessions().open(who)).redirect(base() + ownPath(next), 303);
  }

  function refuse(
    request: FastifyRequest,
    reply: FastifyReply,
    { next, text, status }: { next: string; text: string; status: number },
  ) {
    observer.signedIn({ isLetIn: false, who: undefined, from: request.ip });
    return page(reply, next, { text, status });
  }

  app.get('/login', async (request, reply) => {
    const { next = '/' } = Fields.parse(request.query);
    return page(reply, next);
  });

  app.post('/login', { bodyLimit: 16 * 1024 }, async (request, reply) => {
    const { token = '', next = '/' } = Fields.parse(request.body ?? {});
    if (isFromOwnPage(request) && sessions().isAdminToken(token)) {
      return letIn({ kind: 'operator' }, next, request, reply);
    }
    const isOneTooMany = (await countStranger(request)) !== undefined;
    const fault = isOneTooMany ? TOO_MANY : { text: 'That is not the admin token.', status: 401 };
    return refuse(request, reply, { next, ...fault });
  });

  app.get('/login/gitlab', async (request, reply) => {
    const { people } = desk();
    if (people === undefined) return reply.callNotFound();
    const { next = '/' } = Fields.parse(request.query);
    const { url, begun } = await people.signIn.begin();
    const cookie = await sessions().send({ begun, next: ownPath(next) });
    return reply.header('set-cookie', cookie).header('cache-control', 'no-store').redirect(url, 303);
  });

  app.get('/login/callback', async (request, reply) => {
    const { people } = desk();
    if (people === undefined) return reply.callNotFound();
    // Whatever comes of it, it was for this one time.
    void reply.header('set-cookie', sessions().arrive());
    // Before GitLab is asked, which happens for every code that somebody makes up.
    const isOneTooMany = (await countStranger(request)) !== undefined;
    if (isOneTooMany) return refuse(request, reply, { next: '/', ...TOO_MANY });
    const away = await sessions().back(request);
    try {
      if (away === undefined) throw signInLost();
      const { searchParams } = new URL(request.url, 'http://own.invalid');
      const person = await people.signIn.finish(searchParams, away.begun);
      return await letIn({ kind: 'person', ...person }, away.next, request, reply);
    } catch (error) {
      if (!(error instanceof BeckonError)) throw error;
      log.warn({ code: error.code, reason: error.message }, 'sign-in with GitLab failed');
      const status = statusOf(error.code);
      return refuse(request, reply, { next: away?.next ?? '/', text: error.message, status });
    }
  });
}
