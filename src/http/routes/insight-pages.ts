import type { FastifyInstance } from 'fastify';
import { pageOf } from '../../admin/deliveries.ts';
import { type DeliveryFilters, deliveriesPage } from '../../dashboard/deliveries.tsx';
import { queuePage } from '../../dashboard/queue.tsx';
import { whyPage } from '../../dashboard/why.tsx';
import { DeliveryQuery } from './delivery-query.ts';
import type { DeskTools } from './desk.ts';
import { baseOf, fieldsOf, frameFor, sendPage } from './pages.ts';

/** Deliveries on one page of the list. */
const PAGE = 50;

/** The pages that say why something happened, or did not. `app`: where nobody but the operator comes. */
export function insightPages(app: FastifyInstance, tools: DeskTools): void {
  const { desk, deliveries, why, queue, standing } = tools;
  const base = () => baseOf(desk().config.server.publicUrl);
  const frame = () => frameFor({ kind: 'operator' }, tools);

  app.get('/deliveries', async (request, reply) => {
    const { after, ...filters }: DeliveryFilters & { after?: string } = fieldsOf(request.query);
    const read = DeliveryQuery.safeParse(filters);
    const list = pageOf(await deliveries.all(), read.success ? read.data : {}, { limit: PAGE, after });
    return sendPage(
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

  app.get('/queue', async (request, reply) => {
    const [depth, used] = await Promise.all([queue.depth(), standing()]);
    return sendPage(
      reply,
      queuePage({ frame: frame(), depth, standing: used, address: base() + request.url }),
    );
  });

  app.get('/why', async (request, reply) => {
    const { url } = fieldsOf(request.query);
    const answer = url === undefined ? undefined : await why(url);
    return sendPage(reply, whyPage({ frame: frame(), url, answer }));
  });
}
