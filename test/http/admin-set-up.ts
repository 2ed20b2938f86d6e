import { createRightsOf } from '../../src/admin/rights.ts';
import { createRunAdmin } from '../../src/admin/runs.ts';
import { createStart } from '../../src/admin/start.ts';
import type { Config } from '../../src/config/config.ts';
import type { SignIn } from '../../src/gitlab/sign-in.ts';
import type { TokenHealth } from '../../src/http/routes/desk.ts';
import { createSessions, type Principal } from '../../src/http/session.ts';
import { Secret } from '../../src/lib/secret.ts';
import { adminAudit } from '../../src/observability/admin-observer.ts';
import type { GitLab, GitLabOf } from '../../src/runs/ports.ts';
import type { Run } from '../../src/runs/run.ts';
import type { Why } from '../../src/why/why.ts';
import { config as aConfig } from '../builders/config.ts';
import { deliveriesDouble } from '../doubles/deliveries.ts';
import { gitlabDouble } from '../doubles/gitlab.ts';
import { silentObserver } from '../doubles/observer.ts';
import { runQueueDouble } from '../doubles/run-queue.ts';
import { setUp } from './set-up.ts';

export const ADMIN_TOKEN = 'the-token-of-the-operator';
/** GitLab and the application by which people sign in. */
export const VOUCHING = 'https://gitlab.test the-application';

/** The web server with dashboard and admin API over some runs. With `gitlabOf` people sign in, too. */
export function setUpAdmin(
  runs: readonly Run[] = [],
  {
    config = aConfig(),
    isSecure = false,
    clock = Date.now,
    gitlabOf,
    vouching = gitlabOf && VOUCHING,
    signIn = { begin: () => Promise.reject(new Error()), finish: () => Promise.reject(new Error()) },
    why,
    tokens = [],
    gitlab = gitlabDouble().gitlab,
  }: {
    gitlab?: GitLab;
    tokens?: readonly TokenHealth[];
    why?: Why;
    config?: Config;
    isSecure?: boolean;
    clock?: () => number;
    gitlabOf?: GitLabOf;
    vouching?: string | undefined;
    signIn?: SignIn;
  } = {},
) {
  const store = runQueueDouble(runs);
  const audited: Record<string, unknown>[] = [];
  const observer = {
    ...silentObserver,
    ...adminAudit(({ more, ...line }) => audited.push({ ...line, ...more })),
  };
  const sessionsOf = (adminToken: string | undefined) =>
    adminToken === undefined
      ? undefined
      : createSessions({ adminToken: new Secret(adminToken), isSecure, vouching });
  let sessions = sessionsOf(ADMIN_TOKEN);
  const tools = { queue: store.queue, observer, clock };
  const rightsOf = gitlabOf && createRightsOf({ config, gitlabOf, isLetIn: async () => true, clock });
  const people = rightsOf && {
    signIn,
    runsOf: (visitor: Parameters<typeof rightsOf>[0]) => createRunAdmin(tools, rightsOf(visitor)),
  };
  const start = createStart({ ...tools, config, gitlabOf: gitlabOf ?? (() => gitlab) });
  const { deliveries, kept: delivered } = deliveriesDouble(clock);
  const { server } = setUp({
    ...tools,
    deliveries,
    ...(why === undefined ? {} : { why }),
    desk: () => ({ config, sessions, people, start, health: async () => tokens }),
    runs: createRunAdmin(tools),
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
  /** The cookie of somebody who is signed in. */
  const cookieFor = async (who: Principal) => String((await sessions?.open(who))?.split(';')[0]);
  return { ...store, server, api, deliveries, delivered, audited, change, cookieFor };
}
