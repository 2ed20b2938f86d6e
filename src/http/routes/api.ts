import swagger from '@fastify/swagger';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import {
  hasZodFastifySchemaValidationErrors,
  jsonSchemaTransform,
  jsonSchemaTransformObject,
  serializerCompiler,
  validatorCompiler,
  type ZodTypeProvider,
} from 'fastify-type-provider-zod';
import { z } from 'zod';
import { Configured, configured } from '../../admin/configured.ts';
import { createSimulate } from '../../admin/simulate.ts';
import { RunDetails, RunSummary, summaryOf } from '../../admin/view.ts';
import { RUN_STATES } from '../../config/config.ts';
import { BeckonError } from '../../lib/errors.ts';
import type { Run } from '../../runs/run.ts';
import { runState } from '../../runs/state.ts';
import { sendError } from '../errors.ts';
import type { Principal } from '../session.ts';
import { createCountStranger } from '../strangers.ts';
import { type DeskTools, onlyWithSessions, runsFor } from './desk.ts';
import { insightRoutes } from './insight-api.ts';
import { PROBLEMS } from './problems.ts';
import { RunQuery } from './run-query.ts';
import { startRoute } from './start.ts';
import { statusOf } from './status-of.ts';

const State = z.enum(RUN_STATES);

/** Where a request keeps who sent it. */
const CALLER = 'caller';
const callerOf = (request: FastifyRequest) => request.getDecorator<Principal>(CALLER);

/**
 * The admin API, `/api/…`: what `beckon runs` and the dashboard can do, for programs. Needs the admin token as a bearer
 * token, or the cookie of somebody who signed in; with GitLab they reach their runs and nothing else. Described by
 * itself at `/api/openapi.json`.
 */
export async function apiRoutes(app: FastifyInstance, tools: DeskTools): Promise<void> {
  const { desk, clock, version } = tools;
  const sessions = onlyWithSessions(app, tools);
  const countStranger = createCountStranger(app);
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.setErrorHandler((error: FastifyError, request, reply) => answerError(error, request, reply, tools));
  app.decorateRequest(CALLER);
  app.addHook('onRequest', async (request, reply) => {
    const who = await sessions().who(request);
    request.setDecorator(CALLER, who);
    if (who !== undefined) return;
    const seconds = await countStranger(request);
    if (seconds !== undefined) {
      return sendError(reply, 429, 'too_many_requests', 'Try again later.', {
        'retry-after': String(seconds),
      });
    }
    return sendError(
      reply,
      401,
      'unauthorized',
      'The admin token is missing or wrong: Authorization: Bearer …',
      {
        'www-authenticate': 'Bearer',
      },
    );
  });
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Beckon', description: 'Runs of agents: start, look, stop, start again.', version },
      components: { securitySchemes: { adminToken: { type: 'http', scheme: 'bearer' } } },
      security: [{ adminToken: [] }],
    },
    transform: jsonSchemaTransform,
    transformObject: jsonSchemaTransformObject,
  });

  const api = app.withTypeProvider<ZodTypeProvider>();
  const runsIn = (request: FastifyRequest) => runsFor(callerOf(request), tools);
  const onlyOperator = async (request: FastifyRequest, reply: FastifyReply) =>
    callerOf(request).kind === 'operator'
      ? undefined
      : sendError(reply, 403, 'not_allowed', 'This is for who has the admin token.');
  const summary = (run: Run) => summaryOf(run, clock());
  const params = z.object({
    id: z.string().min(1).describe('Of the run, or as much of its beginning as no other has.'),
  });

  api.get('/api/openapi.json', { schema: { hide: true } }, async () => ({
    ...app.swagger(),
    servers: [{ url: desk().config.server.publicUrl ?? '/' }],
  }));

  api.get(
    '/api/runs',
    {
      schema: {
        summary: 'Runs, the newest first',
        querystring: RunQuery.extend({
          limit: z.coerce.number().int().min(1).max(1_000).default(50),
          after: z.string().optional().describe('What the page before gave as `next`.'),
        }),
        response: {
          200: z.object({
            runs: z.array(RunSummary),
            next: z.string().nullable(),
            incomplete: z
              .boolean()
              .describe('GitLab did not say of some runs whether they may be seen; those are left out.'),
          }),
          ...PROBLEMS,
        },
      },
    },
    async (request) => {
      const { limit, after, since, ...filter } = request.query;
      const sinceTime = since === undefined ? undefined : clock() - since;
      const page = await runsIn(request).list({ ...filter, since: sinceTime }, { limit, after });
      return { runs: page.runs.map(summary), next: page.next ?? null, incomplete: page.isIncomplete };
    },
  );

  api.get(
    '/api/runs/:id',
    { schema: { summary: 'All that is known of a run', params, response: { 200: RunDetails, ...PROBLEMS } } },
    async (request) => {
      const runs = runsIn(request);
      return runs.details(await runs.find(request.params.id));
    },
  );

  api.post(
    '/api/runs/:id/cancel',
    {
      schema: {
        summary: 'Ask a run to stop that is queued or running',
        params,
        response: {
          200: z.object({ id: z.string(), answer: z.enum(['asked', 'over']), state: State }),
          ...PROBLEMS,
        },
      },
    },
    async (request) => {
      const runs = runsIn(request);
      const { answer, run } = await runs.cancel(await runs.find(request.params.id));
      return { id: run.id, answer, state: runState(run) };
    },
  );

  api.post(
    '/api/runs/:id/retry',
    {
      schema: {
        summary: 'Start what a run was for again, as a new run',
        params,
        response: {
          200: z
            .object({ id: z.string(), retryOf: z.string(), duplicate: z.boolean(), state: State })
            .describe('`duplicate`: it was started again before, and that run has not ended.'),
          ...PROBLEMS,
        },
      },
    },
    async (request) => {
      const runs = runsIn(request);
      const old = await runs.find(request.params.id);
      const { run, duplicate } = await runs.retry(old);
      return { id: run.id, retryOf: old.id, duplicate, state: runState(run) };
    },
  );

  api.get(
    '/api/config',
    {
      onRequest: onlyOperator,
      schema: { summary: 'Agents and triggers as configured', response: { 200: Configured, ...PROBLEMS } },
    },
    async () => configured(desk().config),
  );

  api.post(
    '/api/simulate',
    {
      bodyLimit: 25 * 1024 * 1024,
      onRequest: onlyOperator,
      schema: {
        summary: 'What a webhook payload would do and why, trigger by trigger',
        querystring: z.object({
          event: z.string().optional().describe('`X-Gitlab-Event`; else from the payload.'),
        }),
        body: z.looseObject({}).describe('The payload.'),
        response: { 200: z.looseObject({ status: z.string() }), ...PROBLEMS },
      },
    },
    ({ query: { event }, body }) =>
      createSimulate({ config: desk().config, clock })({ event, payload: body }),
  );

  await app.register(async (operators) => {
    operators.addHook('onRequest', onlyOperator);
    insightRoutes(operators, tools);
    startRoute(operators, tools);
  });
}

function answerError(
  error: FastifyError,
  _request: FastifyRequest,
  reply: FastifyReply,
  { log }: DeskTools,
): FastifyReply {
  if (hasZodFastifySchemaValidationErrors(error)) {
    const faults = error.validation.map(({ instancePath, message }) =>
      `${instancePath.slice(1).replaceAll('/', '.')} ${message}`.trim(),
    );
    return sendError(reply, 400, 'bad_request', `${error.validationContext}: ${faults.join('; ')}`);
  }
  if (error instanceof BeckonError) {
    const message = error.hint === undefined ? error.message : `${error.message} ${error.hint}`;
    return sendError(reply, statusOf(error.code), error.code, message);
  }
  const { statusCode = 500 } = error;
  if (statusCode < 500) return sendError(reply, statusCode, 'bad_request', error.message);
  log.error({ err: error }, 'request failed');
  return sendError(reply, 500, 'internal', 'An error inside Beckon. Its log says more.');
}
