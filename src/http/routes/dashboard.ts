import formbody from '@fastify/formbody';
import helmet from '@fastify/helmet';
import type { FastifyError, FastifyInstance, FastifyRequest } from 'fastify';
import { configured } from '../../admin/configured.ts';
import { createSimulate } from '../../admin/simulate.ts';
import { summaryOf } from '../../admin/view.ts';
import { agentsPage, type TriggerHealth } from '../../dashboard/agents.tsx';
import { faultPage } from '../../dashboard/login.tsx';
import { runPage } from '../../dashboard/run.tsx';
import { type Filters, runsPage } from '../../dashboard/runs.tsx';
import { simulatePage } from '../../dashboard/simulate.tsx';
import { BeckonError } from '../../lib/errors.ts';
import type { Run } from '../../runs/run.ts';
import { runState } from '../../runs/state.ts';
import type { Principal, Sessions } from '../session.ts';
import { type DeskTools, onlyWithSessions, runsFor } from './desk.ts';
import { insightPages } from './insight-pages.ts';
import { assetRoutes, baseOf, Fields, fieldsOf, frameFor, sendPage } from './pages.ts';
import { RunQuery } from './run-query.ts';
import { signInRoutes } from './sign-in.ts';
import { statusOf } from './status-of.ts';

/** Milliseconds back that triggers are judged by, and of those the most runs, the newest. */
const OF_LATE = 7 * 86_400_000;
const MOST_OF_LATE = 1_000;
/** Runs on one page of the list. */
const PAGE = 50;

/** Where a request keeps who sent it. */
const WHO = 'who';
const whoIn = (request: FastifyRequest) => request.getDecorator<Principal>(WHO);

interface RunRoute {
  readonly Params: { readonly id: string };
}

/**
 * The dashboard: `/`, `/runs/…`, and for the operator `/deliveries`, `/queue`, `/why`, `/agents` and
 * `/simulate`, which tell of all projects. Whoever is
 * not signed in is led to `/login`.
 */
export async function dashboardRoutes(app: FastifyInstance, tools: DeskTools): Promise<void> {
  const sessions = onlyWithSessions(app, tools);
  // Forms and nothing else.
  app.removeAllContentTypeParsers();
  await app.register(formbody, { bodyLimit: 25 * 1024 * 1024 });
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'"],
        connectSrc: ["'self'"],
        formAction: ["'self'"],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
    // The proxy in front knows whether all of its host is reached by https.
    strictTransportSecurity: false,
    referrerPolicy: { policy: 'same-origin' },
  });

  app.setErrorHandler(async (error: FastifyError, request, reply) => {
    const status = error instanceof BeckonError ? statusOf(error.code) : (error.statusCode ?? 500);
    if (status >= 500 && !(error instanceof BeckonError)) tools.log.error({ err: error }, 'request failed');
    const message = status === 500 ? 'An error inside Beckon. Its log says more.' : error.message;
    const title = status === 404 ? 'Not found' : 'That did not work';
    return sendPage(
      reply,
      faultPage({ frame: frameFor(await sessions().who(request), tools), title, message }),
      status,
    );
  });

  assetRoutes(app);
  signInRoutes(app, tools, sessions);

  app.register(async (inside) => {
    onlySignedIn(inside, tools, sessions);
    inside.post('/logout', async (_request, reply) =>
      reply
        .header('set-cookie', sessions().close())
        .redirect(`${baseOf(tools.desk().config.server.publicUrl)}/login`, 303),
    );
    runRoutes(inside, tools);
    inside.register(async (operators) => operatorRoutes(operators, tools));
  });
}

function onlySignedIn(app: FastifyInstance, tools: DeskTools, sessions: () => Sessions): void {
  app.decorateRequest(WHO);
  app.addHook('onRequest', async (request, reply) => {
    const who = await sessions().who(request);
    request.setDecorator(WHO, who);
    if (who !== undefined) return;
    const frame = frameFor(undefined, tools);
    if (request.method !== 'GET') {
      const message = 'Sign in first, and send forms from pages of Beckon only.';
      return sendPage(reply, faultPage({ frame, title: 'Not signed in', message }), 403);
    }
    return reply.redirect(`${frame.base}/login?${new URLSearchParams({ next: request.url })}`, 303);
  });
}

function runRoutes(app: FastifyInstance, tools: DeskTools): void {
  const { desk, clock } = tools;
  const base = () => baseOf(desk().config.server.publicUrl);
  const frame = (request: FastifyRequest) => frameFor(whoIn(request), tools);
  const runsIn = (request: FastifyRequest) => runsFor(whoIn(request), tools);

  app.get('/', async (request, reply) => {
    const { after, ...filters }: Filters & { after?: string } = fieldsOf(request.query);
    const read = RunQuery.safeParse(filters);
    const { since, ...filter } = read.success ? read.data : {};
    const sinceTime = since === undefined ? undefined : clock() - since;
    const list = await runsIn(request).list({ ...filter, since: sinceTime }, { limit: PAGE, after });
    const faults = read.error?.issues.map(({ path, message }) => `${path.join('.')} ${message}`) ?? [];
    if (list.isIncomplete) faults.push('GitLab did not answer in time, so runs may be missing here');
    return sendPage(
      reply,
      runsPage({
        frame: frame(request),
        runs: list.runs.map((run) => summaryOf(run, clock())),
        next: list.next,
        filters,
        agents:
          whoIn(request).kind === 'operator'
            ? desk().config.agents.map(({ name }) => name)
            : [...new Set(list.runs.map(({ agent }) => agent))].sort(),
        address: base() + request.url,
        fault: faults.length === 0 ? undefined : faults.join('; '),
      }),
    );
  });

  app.get<RunRoute>('/runs/:id', async (request, reply) => {
    const runs = runsIn(request);
    const run = await runs.details(await runs.find(request.params.id));
    return sendPage(reply, runPage({ frame: frame(request), run, now: clock() }));
  });
  app.post<RunRoute>('/runs/:id/cancel', async (request, reply) => {
    const runs = runsIn(request);
    const { run } = await runs.cancel(await runs.find(request.params.id));
    return reply.redirect(`${base()}/runs/${run.id}`, 303);
  });
  app.post<RunRoute>('/runs/:id/retry', async (request, reply) => {
    const runs = runsIn(request);
    const { run } = await runs.retry(await runs.find(request.params.id));
    return reply.redirect(`${base()}/runs/${run.id}`, 303);
  });
}

function operatorRoutes(app: FastifyInstance, tools: DeskTools): void {
  const { desk, clock } = tools;
  const frame = (request: FastifyRequest) => frameFor(whoIn(request), tools);
  app.addHook('onRequest', async (request, reply) => {
    if (whoIn(request).kind === 'operator') return undefined;
    const message = 'There is nothing here for who signed in with GitLab.';
    return sendPage(reply, faultPage({ frame: frame(request), title: 'Not found', message }), 404);
  });

  insightPages(app, tools);

  app.get('/agents', async (request, reply) => {
    const { config, health } = desk();
    const since = clock() - OF_LATE;
    const [tokens, { runs }] = await Promise.all([
      health(),
      tools.runs.list({ since }, { limit: MOST_OF_LATE }),
    ]);
    return sendPage(
      reply,
      agentsPage({
        frame: frame(request),
        configured: configured(config),
        tokens: tokens.map(({ login, findings }) => [login.subject.name, findings]),
        triggersOfLate: healthOf(runs),
      }),
    );
  });

  app.get('/simulate', async (request, reply) => sendPage(reply, simulatePage({ frame: frame(request) })));
  app.post('/simulate', { bodyLimit: 25 * 1024 * 1024 }, async (request, reply) => {
    const { payload = '', event = '' } = Fields.parse(request.body ?? {});
    const read = jsonIn(payload);
    if (read === undefined) {
      const fault = 'The payload is not JSON.';
      return sendPage(reply, simulatePage({ frame: frame(request), payload, event, fault }), 400);
    }
    const received = await createSimulate({ config: desk().config, clock })({
      event: event === '' ? undefined : event,
      payload: read,
    });
    return sendPage(reply, simulatePage({ frame: frame(request), payload, event, received }));
  });
}

/** By the name of the trigger. */
function healthOf(runs: readonly Run[]): ReadonlyMap<string, TriggerHealth> {
  const found = new Map<string, TriggerHealth>();
  for (const run of runs) {
    const before = found.get(run.trigger) ?? { runs: 0, failed: 0 };
    const isFailed = ['failed', 'timed_out'].includes(runState(run));
    found.set(run.trigger, { runs: before.runs + 1, failed: before.failed + (isFailed ? 1 : 0) });
  }
  return found;
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
