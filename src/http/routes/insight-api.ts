import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { DeliveryRecord, pageOf } from '../../admin/deliveries.ts';
import { Depth, Standing } from '../../admin/standing.ts';
import { WhyAnswer } from '../../why/why.ts';
import { DeliveryQuery } from './delivery-query.ts';
import type { DeskTools } from './desk.ts';
import { PROBLEMS } from './problems.ts';

/** What the admin API tells of why something happened, or did not. `app`: that of the API, which lets in who may. */
export function insightRoutes(
  app: FastifyInstance,
  { deliveries, why, queue, standing, version }: DeskTools,
): void {
  const api = app.withTypeProvider<ZodTypeProvider>();

  api.get(
    '/api/status',
    {
      schema: {
        summary: 'The queue and the limits now',
        response: { 200: z.object({ version: z.string(), queue: Depth, runs: Standing }), ...PROBLEMS },
      },
    },
    async () => ({ version, queue: await queue.depth(), runs: await standing() }),
  );

  api.get(
    '/api/deliveries',
    {
      schema: {
        summary: 'The deliveries of late and what became of each, the newest first',
        querystring: DeliveryQuery.extend({
          limit: z.coerce.number().int().min(1).max(1_000).default(50),
          after: z.string().optional().describe('What the page before gave as `next`.'),
        }),
        response: {
          200: z.object({ deliveries: z.array(DeliveryRecord), next: z.string().nullable() }),
          ...PROBLEMS,
        },
      },
    },
    async ({ query: { limit, after, ...filter } }) => {
      const page = pageOf(await deliveries.all(), filter, { limit, after });
      return { deliveries: [...page.deliveries], next: page.next ?? null };
    },
  );

  api.get(
    '/api/why',
    {
      schema: {
        summary: 'Why an agent did, or did not, answer',
        querystring: z.object({
          url: z
            .string()
            .min(1)
            .max(2_000)
            .describe('Address of a comment in GitLab, or of an issue or merge request.'),
        }),
        response: { 200: WhyAnswer, ...PROBLEMS },
      },
    },
    ({ query: { url } }) => why(url),
  );
}
