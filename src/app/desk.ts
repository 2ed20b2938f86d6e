import { createStart } from '../admin/start.ts';
import { createGitLab } from '../gitlab/client.ts';
import { openTransport } from '../gitlab/transport.ts';
import type { Desk } from '../http/routes/desk.ts';
import { createSessions } from '../http/session.ts';
import { type Base, ofAgents } from './base.ts';
import { createUnderWay } from './under-way.ts';

/**
 * Milliseconds for each request to GitLab while a program waits for its answer. There are three in a row at most, and
 * together they have to be done before the connection of who asks is taken for dead.
 */
const REQUEST_TIMEOUT = 4_000;

/** A desk with connections to GitLab of its own. */
export interface OpenDesk extends Desk {
  /** Once nothing is under way any more. */
  close(): Promise<void>;
}

/** Rejects with what {@link openTransport} rejects with. */
export async function openDesk(base: Base): Promise<OpenDesk> {
  const { config, metrics, traced } = base;
  const { adminToken, publicUrl } = config.server;
  if (adminToken === undefined) {
    return { config, sessions: undefined, start: undefined, close: async () => {} };
  }
  const dispatcher = await openTransport({ caFile: config.gitlab.caFile });
  const wire = {
    dispatcher,
    onRequest: (operation: string, status: number) =>
      metrics.gitlabRequests.inc({ operation, status: String(status) }),
    timeout: REQUEST_TIMEOUT,
    traced,
  };
  const gitlabOf = ofAgents(config, (login) => createGitLab(login, wire));
  const start = createStart({ ...base, gitlabOf });
  const underWay = createUnderWay();
  return {
    config,
    sessions: createSessions({ adminToken, isSecure: publicUrl?.startsWith('https:') === true }),
    start: (...asked) => underWay.add(start(...asked)),
    async close() {
      await underWay.ended();
      await dispatcher.destroy();
    },
  };
}
