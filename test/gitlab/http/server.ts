import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Due, Faults } from '../faults.ts';
import type { OpenApi } from '../openapi/openapi.ts';
import { withChain } from '../webhooks/chain.ts';
import type { WorldContext } from '../world/context.ts';
import { Refusal } from '../world/refusal.ts';
import { authenticate, type Caller, checkScope } from './authenticate.ts';
import { nested, readBody } from './body.ts';
import type { Answer, Call, Endpoint, WebhookTools } from './call.ts';
import { errorAnswer, TooOften } from './errors.ts';
import { InvalidParameter } from './input.ts';
import { cutPage } from './paging.ts';
import { createRateLimiter, type RateLimits } from './rate-limit.ts';
import { endpoints } from './routes/all.ts';

/** One API request that came in. */
export interface LoggedRequest {
  readonly method: string;
  /** What follows `/api/v4`, with its query. */
  readonly path: string;
  readonly username: string | undefined;
  /** `undefined` where the connection was cut. */
  readonly status: number | undefined;
  readonly time: Date;
}

export interface ServerOptions {
  readonly context: WorldContext;
  readonly faults: Faults;
  readonly openApi: OpenApi | undefined;
  readonly requests: LoggedRequest[];
  readonly violations: string[];
  readonly limits: RateLimits;
  readonly refuseLocalHooks: boolean;
  readonly webhooks: WebhookTools;
  /** `''` or `/gitlab`. */
  readonly subPath: string;
}

interface Finished {
  readonly status: number;
  readonly body?: unknown;
  readonly text?: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Serves the REST API. Every request goes the same way: fault, sign-in, limit, check, endpoint, check, answer. */
export function createServer(options: ServerOptions): FastifyInstance {
  const app = Fastify({ routerOptions: { maxParamLength: 5000 }, bodyLimit: 300 * 1024 * 1024 });
  const limit = createRateLimiter(options.limits, options.context);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  const prefix = `${options.subPath}/api/v4`;
  for (const endpoint of endpoints)
    app.route({
      method: endpoint.method,
      url: prefix + endpoint.path,
      exposeHeadRoute: false,
      handler: (request, reply) => serve({ request, reply, endpoint }, options, limit),
    });
  app.setNotFoundHandler((request, reply) => {
    const known = options.openApi?.describes(
      request.method,
      request.url.slice(prefix.length).split('?')[0] ?? '',
    );
    const why = known === true ? 'is not served by this stand-in' : 'is no endpoint of GitLab';
    if (request.url.startsWith(prefix)) options.violations.push(`${request.method} ${request.url} ${why}`);
    options.requests.push({
      method: request.method,
      path: request.url.slice(prefix.length),
      username: undefined,
      status: 404,
      time: options.context.now(),
    });
    return reply.code(404).send({ error: '404 Not Found' });
  });
  return app;
}

async function serve(
  { request, reply, endpoint }: { request: FastifyRequest; reply: FastifyReply; endpoint: Endpoint },
  options: ServerOptions,
  limit: ReturnType<typeof createRateLimiter>,
): Promise<FastifyReply> {
  const path = request.url.slice(`${options.subPath}/api/v4`.length);
  const due = options.faults.next({ method: request.method, path });
  const log = (status: number | undefined, username?: string) =>
    options.requests.push({ method: request.method, path, username, status, time: options.context.now() });
  if (due !== undefined && 'delay' in due.mishap)
    await new Promise((done) => setTimeout(done, (due.mishap as { delay: number }).delay));
  const early = instead(due);
  if (early === 'cut') return cut(request, reply, log);
  if (early !== undefined) {
    log(early.status);
    return send(reply, early);
  }
  let caller: Caller = { user: undefined, token: undefined };
  let finished: Finished;
  try {
    caller = authenticate(request.headers, options.context);
    const verdict = limit.ofRequest({
      who: caller.user?.username ?? request.ip,
      makesNote: request.method === 'POST' && /\/(notes|discussions)$/.test(path),
    });
    void reply.headers(verdict.headers);
    if (verdict.kind === 'throttled')
      finished = { status: 429, text: 'Retry later\n', headers: { 'content-type': 'text/plain' } };
    else if (verdict.kind === 'application_limit') finished = errorAnswer(new TooOften());
    else finished = await answer({ request, endpoint, caller, due }, options, limit);
  } catch (error) {
    finished = errorAnswer(error);
    if (finished.status === 500)
      options.violations.push(
        `${request.method} ${path} failed inside: ${(error as Error).stack ?? String(error)}`,
      );
  }
  if (due !== undefined && 'cut' in due.mishap) return cut(request, reply, log);
  log(finished.status, caller.user?.username);
  return send(reply, finished);
}

async function answer(
  {
    request,
    endpoint,
    caller,
    due,
  }: { request: FastifyRequest; endpoint: Endpoint; caller: Caller; due: Due | undefined },
  options: ServerOptions,
  limit: ReturnType<typeof createRateLimiter>,
): Promise<Finished> {
  if (caller.user === undefined && endpoint.anonymous !== true)
    throw new Refusal('unauthorized', '401 Unauthorized');
  checkScope(caller.token, endpoint);
  const address = new URL(request.url, options.context.url());
  const query = nested([...address.searchParams]);
  const raw = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  const body = await readBody(raw, request.headers['content-type']);
  const params = request.params as Record<string, string>;
  const where = { method: endpoint.method, path: endpoint.path };
  const faults = options.openApi?.checkRequest({ ...where, params, query, body }) ?? [];
  for (const fault of faults) options.violations.push(`${endpoint.method} ${request.url}: ${fault.text}`);
  const fatal = faults.find((fault) => fault.answer !== undefined);
  if (fatal?.answer !== undefined) throw new InvalidParameter(fatal.answer);
  const call: Call = {
    context: due?.past ?? options.context,
    user: caller.user,
    token: caller.token,
    params,
    input: { ...query, ...body },
    refuseLocalHooks: options.refuseLocalHooks,
    countUse: (use, projectId) => {
      if (limit.isOneTooMany(use, `${caller.user?.id} ${projectId}`)) throw new TooOften();
    },
    webhooks: options.webhooks,
  };
  const chain = request.headers['x-gitlab-event-uuid'];
  const result = await withChain(typeof chain === 'string' ? chain : undefined, async () =>
    endpoint.run(call),
  );
  const finished = toFinished(result, call, address);
  if (finished.text === undefined)
    for (const text of options.openApi?.checkAnswer({
      ...where,
      status: finished.status,
      body: finished.body,
    }) ?? [])
      options.violations.push(`answer to ${endpoint.method} ${request.url}: ${text}`);
  return finished;
}

function toFinished(result: Answer, call: Call, address: URL): Finished {
  switch (result.kind) {
    case 'json':
      return { status: result.status, body: result.body };
    case 'page':
      return { status: 200, ...cutPage(result, call, address) };
    case 'text':
      return { status: 200, text: result.text, headers: { 'content-type': 'text/plain', ...result.headers } };
    case 'empty':
      return { status: 204 };
    default:
      return result satisfies never;
  }
}

function instead(due: Due | undefined): Finished | 'cut' | undefined {
  if (due === undefined) return undefined;
  const { mishap } = due;
  if ('cut' in mishap && mishap.cut === 'before') return 'cut';
  if ('html' in mishap)
    return { status: 200, text: signInPage, headers: { 'content-type': 'text/html; charset=utf-8' } };
  if (!('status' in mishap)) return undefined;
  const { status, body, headers } = mishap;
  if (typeof body === 'string')
    return { status, text: body, headers: { 'content-type': 'text/plain', ...headers } };
  return { status, body: body ?? { message: `${status}` }, ...(headers === undefined ? {} : { headers }) };
}

function cut(request: FastifyRequest, reply: FastifyReply, log: (status: undefined) => void): FastifyReply {
  log(undefined);
  reply.hijack();
  request.raw.socket.resetAndDestroy();
  return reply;
}

function send(reply: FastifyReply, { status, body, text, headers }: Finished): FastifyReply {
  void reply.code(status).headers(headers ?? {});
  if (status === 204) return reply.send();
  if (text !== undefined) return reply.send(typeof text === 'string' ? text : Buffer.from(text));
  return reply.type('application/json').send(JSON.stringify(body));
}

const signInPage =
  '<!DOCTYPE html><html><head><title>Sign in</title></head><body>Sign in to GitLab</body></html>';
