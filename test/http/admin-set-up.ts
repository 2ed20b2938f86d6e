import { createRunAdmin } from '../../src/admin/runs.ts';
import type { Config } from '../../src/config/config.ts';
import { createSessions } from '../../src/http/session.ts';
import { Secret } from '../../src/lib/secret.ts';
import { adminAudit } from '../../src/observability/admin-observer.ts';
import type { Run } from '../../src/runs/run.ts';
import type { Why } from '../../src/why/why.ts';
import { config as aConfig } from '../builders/config.ts';
import { deliveriesDouble } from '../doubles/deliveries.ts';
import { silentObserver } from '../doubles/observer.ts';
import { runQueueDouble } from '../doubles/run-queue.ts';
import { setUp } from './set-up.ts';

export const ADMIN_TOKEN = 'the-token-of-the-operator';

/** The web server with dashboard and admin API over some runs. */
export function setUpAdmin(
  runs: readonly Run[] = [],
  {
    config = aConfig(),
    isSecure = false,
    clock = Date.now,
    why,
  }: { why?: Why; config?: Config; isSecure?: boolean; clock?: () => number } = {},
) {
  const store = runQueueDouble(runs);
  const audited: Record<string, unknown>[] = [];
  const observer = {
    ...silentObserver,
    ...adminAudit(({ more, ...line }) => audited.push({ ...line, ...more })),
  };
  const sessionsOf = (adminToken: string | undefined) =>
    adminToken === undefined ? undefined : createSessions({ adminToken: new Secret(adminToken), isSecure });
  let sessions = sessionsOf(ADMIN_TOKEN);
  const { deliveries, kept: delivered } = deliveriesDouble(clock);
  const { server } = setUp({
    deliveries,
    ...(why === undefined ? {} : { why }),
    desk: () => ({ config, sessions }),
    queue: store.queue,
    runs: createRunAdmin({ queue: store.queue, observer, clock }),
    observer,
    clock,
  });
  const api = async (
    method: 'GET' | 'POST',
    url: string,
    { body, token = ADMIN_TOKEN }: { body?: object; token?: string } = {},
  ) => {
    const answer = await server.inject({
      method,
      url,
      headers: { authorization: `Bearer ${token}` },
      ...(body === undefined ? {} : { payload: body }),
    });
    return { status: answer.statusCode, body: answer.json() };
  };
  const change = ({ adminToken }: { adminToken: string | undefined }) => {
    sessions = sessionsOf(adminToken);
  };
  return { ...store, server, api, deliveries, delivered, audited, change };
}
