import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { OPERATOR } from '../../admin/rights.ts';
import { StartRequest } from '../../admin/start.ts';
import { RUN_STATES } from '../../config/config.ts';
import { runState } from '../../runs/state.ts';
import type { DeskTools } from './desk.ts';
import { PROBLEMS, Problem } from './problems.ts';

const Started = z
  .object({
    id: z.string(),
    trigger: z.string(),
    duplicate: z.boolean().describe('The same was asked for before, with the same key.'),
    state: z.enum(RUN_STATES),
    url: z.string().describe('The page of the run.'),
  })
  .meta({ id: 'Started' });

const Unwanted = Problem.extend({
  verdicts: z
    .array(z.object({ trigger: z.string(), matched: z.boolean(), reason: z.string() }))
    .optional()
    .describe('Why not, trigger by trigger.'),
}).meta({ id: 'Unwanted' });

/** `POST /api/runs`: has a program start a run. */
export function startRoute(app: FastifyInstance, { desk }: DeskTools): void {
  app.withTypeProvider<ZodTypeProvider>().post(
    '/api/runs',
    {
      schema: {
        summary: 'Start a run, where a trigger of the agent lists the event `api`',
        headers: z.looseObject({
          'idempotency-key': z
            .string({ error: 'is missing: a text of yours that names this request' })
            .regex(/^[\x21-\x7e]{1,255}$/, 'is not 1 to 255 characters of ASCII without spaces')
            .describe(
              'Names this request: with the same key, agent and project there is one run, as long as that is kept.',
            ),
        }),
        body: StartRequest,
        response: { 202: Started, 422: Unwanted, ...PROBLEMS },
      },
    },
    async ({ body, headers }, reply) => {
      const { start, config } = desk();
      // Only where the config changed in the middle of a request.
      if (start === undefined) throw new Error('there is no admin token any more');
      const started = await start(body, { key: headers['idempotency-key'], by: OPERATOR });
      if (started.kind === 'unwanted') {
        const error = { code: 'no_trigger', message: 'No trigger of the agent wants this.' };
        return reply.code(422).send({ error, verdicts: [...started.verdicts] });
      }
      const { run, duplicate } = started;
      const url = `${config.server.publicUrl ?? ''}/runs/${run.id}`;
      return reply
        .code(202)
        .header('location', url)
        .send({ id: run.id, trigger: run.trigger, duplicate, state: runState(run), url });
    },
  );
}
