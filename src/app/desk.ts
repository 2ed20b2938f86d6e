import { createRightsOf } from '../admin/rights.ts';
import { createRunAdmin } from '../admin/runs.ts';
import { createGitLab } from '../gitlab/client.ts';
import type { Wire } from '../gitlab/connection.ts';
import { createSignIn } from '../gitlab/sign-in.ts';
import { openTransport } from '../gitlab/transport.ts';
import type { Desk, People } from '../http/routes/desk.ts';
import { createSessions } from '../http/session.ts';
import { type Base, ofAgents } from './base.ts';

/** Whom dashboard and API serve by one config, with connections to GitLab of its own where people sign in with it. */
export interface OpenDesk extends Desk {
  /** Once what is under way has its answers. */
  close(): Promise<void>;
}

/** Rejects with what {@link openTransport} rejects with. */
export async function openDesk(base: Base): Promise<OpenDesk> {
  const { config } = base;
  const { adminToken, publicUrl, oauth } = config.server;
  const isSecure = publicUrl?.startsWith('https:') === true;
  if (adminToken === undefined || publicUrl === undefined || oauth === undefined) {
    const sessions = adminToken && createSessions({ adminToken, isSecure });
    return { config, sessions, people: undefined, close: async () => {} };
  }
  const dispatcher = await openTransport({ caFile: config.gitlab.caFile });
  const wire: Wire = {
    dispatcher,
    onRequest: (operation, status) => base.metrics.gitlabRequests.inc({ operation, status: String(status) }),
  };
  return {
    config,
    sessions: createSessions({ adminToken, isSecure, vouching: `${config.gitlab.url} ${oauth.clientId}` }),
    people: peopleOf(base, { wire, redirectUri: `${publicUrl}/login/callback`, application: oauth }),
    close: () => dispatcher.close(),
  };
}

function peopleOf(
  base: Base,
  {
    wire,
    ...signIn
  }: Pick<Parameters<typeof createSignIn>[0], 'application' | 'redirectUri'> & { wire: Wire },
): People {
  const { config } = base;
  const gitlabOf = ofAgents(config, (login) => createGitLab(login, wire));
  const rightsOf = createRightsOf({ ...base, gitlabOf });
  return {
    signIn: createSignIn({ ...signIn, url: config.gitlab.url }, wire),
    runsOf: (visitor) => createRunAdmin(base, rightsOf(visitor)),
  };
}
