import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import type { RunAdmin } from '../../admin/runs.ts';
import type { Start } from '../../admin/start.ts';
import type { Config } from '../../config/config.ts';
import type { SessionObserver } from '../../observability/admin-observer.ts';
import type { Clock } from '../../runs/ports.ts';
import type { RunQueue } from '../../runs/queue-ports.ts';
import type { Sessions } from '../session.ts';

/** Whom the admin API and the dashboard serve, and by which config. */
export interface Desk {
  readonly config: Config;
  /** `undefined` where no admin token is configured: then there is neither API nor dashboard. */
  readonly sessions: Sessions | undefined;
  /** There where sessions are. */
  readonly start: Start | undefined;
}

/** What the admin API and the dashboard are made of. */
export interface DeskTools {
  /** As it is now. */
  readonly desk: () => Desk;
  readonly runs: RunAdmin;
  readonly queue: Pick<RunQueue, 'depth'>;
  readonly observer: SessionObserver;
  readonly clock: Clock;
  readonly log: Logger;
  /** Of Beckon. */
  readonly version: string;
}

/** Has the routes of `app` there only while somebody may use them; gives who may. */
export function onlyWithSessions(app: FastifyInstance, { desk }: Pick<DeskTools, 'desk'>): () => Sessions {
  app.addHook('onRequest', async (_request, reply) => {
    if (desk().sessions === undefined) return reply.callNotFound();
    return undefined;
  });
  return () => {
    const { sessions } = desk();
    // Only where the config changed in the middle of a request.
    if (sessions === undefined) throw new Error('there is no admin token any more');
    return sessions;
  };
}
