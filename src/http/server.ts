import rateLimit from '@fastify/rate-limit';
import fastify, {
  type FastifyInstance,
  type FastifyPluginCallback,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import type { Logger } from 'pino';
import { sendError } from './errors.ts';
import { apiRoutes } from './routes/api.ts';
import { dashboardRoutes } from './routes/dashboard.ts';
import type { DeskTools } from './routes/desk.ts';
import { type HealthTools, healthRoutes } from './routes/health.ts';
import { type MetricsTools, metricsRoutes } from './routes/metrics.ts';
import { type WebhookTools, webhookRoutes } from './routes/webhook.ts';
import { createCountStranger, STRANGERS } from './strangers.ts';

export type ServerTools = WebhookTools &
  HealthTools &
  MetricsTools &
  DeskTools & {
    readonly log: Logger;
    /** Addresses and ranges of reverse proxies, whose `X-Forwarded-For` is believed. */
    readonly trustProxy: readonly string[];
    /** Metrics are answered on a port of their own, and not on this one. */
    readonly metricsApart?: boolean;
    /** Traces deliveries. */
    readonly tracing?: FastifyPluginCallback | undefined;
  };

/** How long a connection may take, in milliseconds. */
export interface Timeouts {
  /** From the beginning of a connection or of a request to the end of its headers. */
  readonly headers: number;
  /** The same to the end of its body. GitLab itself gives up after ten seconds. */
  readonly request: number;
  /** Without a byte in either direction while a request is under way. Our own answers take 2 s. */
  readonly idle: number;
  /** Between two requests; longer than reverse proxies hold theirs, so that they are the ones to close. */
  readonly keepAlive: number;
  /** Node looks so often for what has taken too long. */
  readonly checkEvery: number;
}

const TIMEOUTS: Timeouts = {
  headers: 10_000,
  request: 30_000,
  idle: 15_000,
  keepAlive: 72_000,
  checkEvery: 2_000,
};

/** Node's own default, said here because much hangs on it. */
const MAX_HEADERS = 16 * 1024;

/** The framework's own words repeat what was sent. */
const UNREADABLE = 'The request could not be read.';

/** Builds the web server without listening; tests use it through `inject`. */
export function buildServer(tools: ServerTools, timeouts: Timeouts = TIMEOUTS): FastifyInstance {
  const app = fastify({
    // One line of our own for each delivery says more than two for each request, and costs a third less.
    logger: false,
    trustProxy: tools.trustProxy.length === 0 ? false : [...tools.trustProxy],
    bodyLimit: 64 * 1024,
    requestTimeout: timeouts.request,
    connectionTimeout: timeouts.idle,
    keepAliveTimeout: timeouts.keepAlive,
    // An address that cannot be decoded, which is no route's to answer.
    frameworkErrors: (_error, _request, reply) => sendError(reply, 400, 'bad_request', UNREADABLE),
    http: {
      headersTimeout: timeouts.headers,
      connectionsCheckingInterval: timeouts.checkEvery,
      maxHeaderSize: MAX_HEADERS,
    },
  });
  app.setErrorHandler((error, _request, reply) => {
    const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500;
    if (status >= 400 && status < 500) return sendError(reply, status, 'bad_request', UNREADABLE);
    tools.log.error({ err: error }, 'request failed');
    return sendError(reply, 500, 'internal', 'An error inside Beckon. Its log says more.');
  });
  app.setNotFoundHandler((_request, reply) =>
    sendError(reply, 404, 'not_found', 'There is nothing at this address. Webhooks go to /webhooks/gitlab.'),
  );
  // Before the routes: it sees those only that come after it.
  if (tools.tracing !== undefined) app.register(tools.tracing);
  app.register(rateLimit, STRANGERS).after(() => refuseSeekers(app));
  app.register(webhookRoutes, tools);
  app.register(healthRoutes, tools);
  if (tools.metricsApart !== true) app.register(metricsRoutes, tools);
  app.register(apiRoutes, tools);
  app.register(dashboardRoutes, tools);
  return app;
}

/** Whoever asks for many addresses that are not there looks for something. Before the body is read. */
function refuseSeekers(app: FastifyInstance): void {
  const countStranger = createCountStranger(app);
  async function refuseOften(request: FastifyRequest, reply: FastifyReply, goOn: () => void): Promise<void> {
    const seconds = await countStranger(request);
    if (seconds === undefined) return goOn();
    sendError(reply, 429, 'too_many_requests', 'Try again later.', { 'retry-after': String(seconds) });
  }
  app.addHook('onRequest', (request, reply, done) => {
    if (request.is404) refuseOften(request, reply, done).catch(done);
    else done();
  });
}
