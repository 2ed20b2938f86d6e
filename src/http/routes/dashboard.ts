import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import formbody from '@fastify/formbody';
import helmet from '@fastify/helmet';
import type { FastifyError, FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import { configured } from '../../admin/configured.ts';
import { createSimulate } from '../../admin/simulate.ts';
import { summaryOf } from '../../admin/view.ts';
import { agentsPage } from '../../dashboard/agents.tsx';
import type { Frame } from '../../dashboard/layout.tsx';
import { faultPage, loginPage } from '../../dashboard/login.tsx';
import { runPage } from '../../dashboard/run.tsx';
import { type Filters, runsPage } from '../../dashboard/runs.tsx';
import { simulatePage } from '../../dashboard/simulate.tsx';
import { ICON, STYLE } from '../../dashboard/style.ts';
import { BeckonError } from '../../lib/errors.ts';
import { isFromOwnPage, OPERATOR, type Principal } from '../session.ts';
import { createCountStranger } from '../strangers.ts';
import { type DeskTools, onlyWithSessions } from './desk.ts';
import { insightPages } from './insight-pages.ts';
import { RunQuery } from './run-query.ts';
import { statusOf } from './status-of.ts';

/** Runs on one page of the list. */
const PAGE = 50;

/** What pages load, by its name. */
const ASSETS: Readonly<Record<string, { readonly type: string; readonly body: string }>> = {
  'beckon.css': { type: 'text/css; charset=utf-8', body: STYLE },
  'icon.svg': { type: 'image/svg+xml', body: ICON },
  'htmx.js': {
    type: 'text/javascript; charset=utf-8',
    body: readFileSync(createRequire(import.meta.url).resolve('htmx.org/dist/htmx.min.js'), 'utf8'),
  },
};
const VERSION = createHash('sha256').update(JSON.stringify(ASSETS)).digest('hex').slice(0, 12);

/** Fields of a form and of an address; one that is given twice counts once. */
const Fields = z.record(
  z.string(),
  z.union([z.string(), z.array(z.string()).transform((all) => all.at(-1) ?? '')]),
);

/** The dashboard, for people: `/`, `/runs/…`, `/deliveries`, `/queue`, `/why`, `/agents`, `/simulate`. Whoever is not signed in is led to `/login`. */
export async function dashboardRoutes(app: FastifyInstance, tools: DeskTools): Promise<void> {
  const { desk, runs, clock } = tools;
  const sessions = onlyWithSessions(app, tools);
  const base = () => baseOf(desk().config.server.publicUrl);
  const countStranger = createCountStranger(app);
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

  const frameFor = (who: Principal | undefined): Frame => ({
    base: base(),
    who: who === undefined ? undefined : 'Operator',
    assets: VERSION,
  });
  const html = (reply: FastifyReply, text: string, status = 200) =>
    reply.code(status).header('cache-control', 'no-store').type('text/html; charset=utf-8').send(text);

  app.setErrorHandler(async (error: FastifyError, request, reply) => {
    const status = error instanceof BeckonError ? statusOf(error.code) : (error.statusCode ?? 500);
    if (status >= 500 && !(error instanceof BeckonError)) tools.log.error({ err: error }, 'request failed');
    const message = status === 500 ? 'An error inside Beckon. Its log says more.' : error.message;
    const title = status === 404 ? 'Not found' : 'That did not work';
    return html(reply, faultPage({ frame: frameFor(await sessions().who(request)), title, message }), status);
  });

  for (const [name, { type, body }] of Object.entries(ASSETS)) {
    app.get(`/assets/:version/${name}`, async (_request, reply) =>
      reply.header('cache-control', 'public, max-age=31536000, immutable').type(type).send(body),
    );
  }

  app.get('/login', async (request, reply) => {
    const { next = '/' } = Fields.parse(request.query);
    return html(reply, loginPage({ frame: frameFor(undefined), next }));
  });

  app.post('/login', { bodyLimit: 16 * 1024 }, async (request, reply) => {
    const { token = '', next = '/' } = Fields.parse(request.body ?? {});
    if (isFromOwnPage(request) && sessions().isAdminToken(token)) {
      tools.observer.signedIn({ isLetIn: true, who: OPERATOR, from: request.ip });
      return reply
        .header('set-cookie', await sessions().open({ kind: 'operator' }))
        .redirect(base() + ownPath(next), 303);
    }
    tools.observer.signedIn({ isLetIn: false, who: undefined, from: request.ip });
    const seconds = await countStranger(request);
    const fault =
      seconds === undefined ? 'That is not the admin token.' : 'Too many attempts. Try again later.';
    return html(
      reply,
      loginPage({ frame: frameFor(undefined), next, fault }),
      seconds === undefined ? 401 : 429,
    );
  });

  app.register(async (inside) => {
    inside.addHook('onRequest', async (request, reply) => {
      const who = await sessions().who(request);
      if (who !== undefined) return;
      if (request.method !== 'GET') {
        const message = 'Sign in first, and send forms from pages of Beckon only.';
        return html(reply, faultPage({ frame: frameFor(undefined), title: 'Not signed in', message }), 403);
      }
      return reply.redirect(`${base()}/login?${new URLSearchParams({ next: request.url })}`, 303);
    });
    const frame = () => frameFor({ kind: 'operator' });

    inside.post('/logout', async (_request, reply) =>
      reply.header('set-cookie', sessions().close()).redirect(`${base()}/login`, 303),
    );

    inside.get('/', async (request, reply) => {
      const fields = Object.entries(Fields.parse(request.query)).filter(([, value]) => value !== '');
      const { after, ...filters }: Filters & { after?: string } = Object.fromEntries(fields);
      const read = RunQuery.safeParse(filters);
      const { since, ...filter } = read.success ? read.data : {};
      const sinceTime = since === undefined ? undefined : clock() - since;
      const list = await runs.list({ ...filter, since: sinceTime }, { limit: PAGE, after });
      return html(
        reply,
        runsPage({
          frame: frame(),
          runs: list.runs.map((run) => summaryOf(run, clock())),
          next: list.next,
          filters,
          agents: desk().config.agents.map(({ name }) => name),
          address: base() + request.url,
          fault: read.error?.issues.map(({ path, message }) => `${path.join('.')} ${message}`).join('; '),
        }),
      );
    });

    inside.get<{ Params: { id: string } }>('/runs/:id', async ({ params: { id } }, reply) => {
      const run = await runs.details(await runs.find(id));
      return html(reply, runPage({ frame: frame(), run, now: clock() }));
    });
    inside.post<{ Params: { id: string } }>('/runs/:id/cancel', async ({ params: { id } }, reply) => {
      const { run } = await runs.cancel(await runs.find(id), { by: OPERATOR, reason: '' });
      return reply.redirect(`${base()}/runs/${run.id}`, 303);
    });
    inside.post<{ Params: { id: string } }>('/runs/:id/retry', async ({ params: { id } }, reply) => {
      const { run } = await runs.retry(await runs.find(id), OPERATOR);
      return reply.redirect(`${base()}/runs/${run.id}`, 303);
    });

    insightPages(inside, tools, { base, frame, html });

    inside.get('/agents', async (_request, reply) =>
      html(reply, agentsPage({ frame: frame(), configured: configured(desk().config) })),
    );

    inside.get('/simulate', async (_request, reply) => html(reply, simulatePage({ frame: frame() })));
    inside.post('/simulate', { bodyLimit: 25 * 1024 * 1024 }, async (request, reply) => {
      const { payload = '', event = '' } = Fields.parse(request.body ?? {});
      const read = jsonIn(payload);
      if (read === undefined) {
        return html(
          reply,
          simulatePage({ frame: frame(), payload, event, fault: 'The payload is not JSON.' }),
          400,
        );
      }
      const received = await createSimulate({ config: desk().config, clock })({
        event: event === '' ? undefined : event,
        payload: read,
      });
      return html(reply, simulatePage({ frame: frame(), payload, event, received }));
    });
  });
}

/** The path below which people reach the service, without a slash at the end. */
function baseOf(publicUrl: string | undefined): string {
  return publicUrl === undefined ? '' : new URL(publicUrl).pathname.replace(/\/$/, '');
}

/** The path to go on with after signing in, if it is one of ours. */
function ownPath(next: string): string {
  return /^\/(?![/\\])/.test(next) ? next : '/';
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
