import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import { pageOf } from '../../admin/deliveries.ts';
import { type DeliveryFilters, deliveriesPage } from '../../dashboard/deliveries.tsx';
import type { Frame } from '../../dashboard/layout.tsx';
import { queuePage } from '../../dashboard/queue.tsx';
import { whyPage } from '../../dashboard/why.tsx';
import { DeliveryQuery } from './delivery-query.ts';
import type { DeskTools } from './desk.ts';

/** Deliveries on one page of the list. */
const PAGE = 50;

/** Fields of an address; one that is given twice counts once, and an empty one not at all. */
const Fields = z
  .record(z.string(), z.union([z.string(), z.array(z.string()).transform((all) => all.at(-1) ?? '')]))
  .transform((fields) => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== '')));

interface Shown {
  readonly base: () => string;
  readonly frame: () => Frame;
  readonly html: (reply: FastifyReply, text: string) => FastifyReply;
}

/** The pages that say why something happened, or did not. `inside`: what is there for who may see it. */
export function insightPages(
  inside: FastifyInstance,
  { desk, deliveries, why, queue, standing }: DeskTools,
  { base, frame, html }: Shown,
): void {
  inside.get('/deliveries', async (request, reply) => {
    const { after, ...filters }: DeliveryFilters & { after?: string } = Fields.parse(request.query);
    const read = DeliveryQuery.safeParse(filters);
    const list = pageOf(await deliveries.all(), read.success ? read.data : {}, { limit: PAGE, after });
    return html(
      reply,
      deliveriesPage({
        ...list,
        frame: frame(),
        filters,
        address: base() + request.url,
        gitlab: desk().config.gitlab.url,
        fault: read.error?.issues.map(({ path, message }) => `${path.join('.')} ${message}`).join('; '),
      }),
    );
  });

  inside.get('/queue', async (request, reply) => {
    const [depth, used] = await Promise.all([queue.depth(), standing()]);
    return html(reply, queuePage({ frame: frame(), depth, standing: used, address: base() + request.url }));
  });

  inside.get('/why', async (request, reply) => {
    const { url } = Fields.parse(request.query);
    const answer = url === undefined ? undefined : await why(url);
    return html(reply, whyPage({ frame: frame(), url, answer }));
  });
}
