import { createRightsOf } from '../admin/rights.ts';
import { createRunAdmin } from '../admin/runs.ts';
import { createStart } from '../admin/start.ts';
import type { Config } from '../config/config.ts';
import { createGitLab } from '../gitlab/client.ts';
import type { Wire } from '../gitlab/connection.ts';
import { createSignIn } from '../gitlab/sign-in.ts';
import { openTransport } from '../gitlab/transport.ts';
import type { Desk, People } from '../http/routes/desk.ts';
import { createSessions } from '../http/session.ts';
import type { GitLabOf } from '../runs/ports.ts';
import { type Base, countRequests, ofAgents } from './base.ts';
import { lookAtTokens } from './tokens.ts';
import { createUnderWay } from './under-way.ts';

/**
 * Milliseconds for each request to GitLab while somebody waits for its answer. There are three in a row at most, and
 * together they have to be done before the connection of who asks is taken for dead.
 */
const REQUEST_TIMEOUT = 4_000;

/** Whom dashboard and API serve by one config, with connections to GitLab of its own. */
export interface OpenDesk extends Desk {
  /** Once what is under way has its answers. */
  close(): Promise<void>;
}

/** One that serves nobody, without any connection. */
export function closedDesk(config: Config): OpenDesk {
  const nobody = { sessions: undefined, people: undefined, start: undefined };
  return { config, ...nobody, health: async () => [], close: async () => {} };
}

/** A closed one where the config has no admin token. Rejects with what {@link openTransport} rejects with. */
export async function openDesk(base: Base): Promise<OpenDesk> {
  const { config, metrics, traced, clock } = base;
  const { adminToken, publicUrl, oauth } = config.server;
  if (adminToken === undefined) return closedDesk(config);
  const dispatcher = await openTransport({ caFile: config.gitlab.caFile });
  const wire: Wire = { dispatcher, onRequest: countRequests(metrics), timeout: REQUEST_TIMEOUT, traced };
  const gitlabOf = ofAgents(config, (login) => createGitLab(login, wire));
  const start = createStart({ ...base, gitlabOf });
  const underWay = createUnderWay();
  const vouching = oauth && `${config.gitlab.url} ${oauth.clientId}`;
  return {
    config,
    sessions: createSessions({ adminToken, isSecure: publicUrl?.startsWith('https:') === true, vouching }),
    people: peopleOf(base, { wire, gitlabOf }),
    start: (...asked) => underWay.add(start(...asked)),
    health: () => underWay.add(lookAtTokens(config, { wire, clock })),
    async close() {
      await underWay.ended();
      await dispatcher.close();
    },
  };
}

function peopleOf(
  base: Base,
  { wire, gitlabOf }: { readonly wire: Wire; readonly gitlabOf: GitLabOf },
): People | undefined {
  const { url } = base.config.gitlab;
  const { publicUrl, oauth } = base.config.server;
  if (publicUrl === undefined || oauth === undefined) return undefined;
  const rightsOf = createRightsOf({ ...base, gitlabOf });
  const redirectUri = `${publicUrl}/login/callback`;
  return {
    signIn: createSignIn({ url, redirectUri, application: oauth }, wire),
    runsOf: (visitor) => createRunAdmin(base, rightsOf(visitor)),
  };
}
