import type { FastifyInstance } from 'fastify';
import { messageOf } from '../../lib/errors.ts';
import type { RunQueue } from '../../runs/queue-ports.ts';
import { sendError } from '../errors.ts';
import type { Room } from '../room.ts';

export interface HealthTools {
  readonly queue: Pick<RunQueue, 'ping' | 'depth'>;
  /** The process has been told to stop. */
  readonly isStopping: () => boolean;
  readonly room: Pick<Room, 'isFull'>;
}

/** `livez`: the process answers. `readyz`: it can take work. */
export async function healthRoutes(
  app: FastifyInstance,
  { queue, isStopping, room }: HealthTools,
): Promise<void> {
  app.get('/livez', async () => ({ status: 'ok' }));
  app.get('/readyz', async (_request, reply) => {
    if (isStopping()) return sendError(reply, 503, 'stopping', 'Beckon is shutting down.');
    if (room.isFull())
      return sendError(reply, 503, 'overloaded', 'Deliveries are turned away: too much is under way.');
    try {
      await queue.ping();
    } catch (error) {
      return sendError(reply, 503, 'queue_unavailable', messageOf(error));
    }
    return { status: 'ok' };
  });
}
