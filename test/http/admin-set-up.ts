import { createRunAdmin } from '../../src/admin/runs.ts';
import { createStart } from '../../src/admin/start.ts';
import type { Config } from '../../src/config/config.ts';
import { createSessions } from '../../src/http/session.ts';
import { Secret } from '../../src/lib/secret.ts';
import { adminAudit } from '../../src/observability/admin-observer.ts';
import type { GitLab } from '../../src/runs/ports.ts';
import type { Run } from '../../src/runs/run.ts';
import { config as aConfig } from '../builders/config.ts';
import { gitlabDouble } from '../doubles/gitlab.ts';
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
    gitlab = gitlabDouble().gitlab,
  }: { config?: Config; isSecure?: boolean; clock?: () => number; gitlab?: GitLab } = {},
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
  const start = createStart({ config, gitlabOf: () => gitlab, queue: store.queue, observer, clock });
  const { server } = setUp({
    desk: () => ({ config, sessions, start }),
    queue: store.queue,
    runs: createRunAdmin({ queue: store.queue, observer, clock }),
    observer,
    clock,
  });
  const api = async (
    method: 'GET' | 'POST',
    url: string,
    {
      body,
      token = ADMIN_TOKEN,
      headers = {},
    }: { body?: object; token?: string; headers?: Record<string, string> } = {},
  ) => {
    const answer = await server.inject({
      method,
      url,
      headers: { authorization: `Bearer ${token}`, ...headers },
      ...(body === undefined ? {} : { payload: body }),
    });
    return { status: answer.statusCode, body: answer.json() };
  };
  const change = ({ adminToken }: { adminToken: string | undefined }) => {
    sessions = sessionsOf(adminToken);
  };
  return { ...store, server, api, audited, change };
}
