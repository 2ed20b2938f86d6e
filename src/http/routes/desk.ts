import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import type { Deliveries } from '../../admin/deliveries.ts';
import type { Visitor } from '../../admin/rights.ts';
import type { RunAdmin } from '../../admin/runs.ts';
import type { Standing } from '../../admin/standing.ts';
import type { Start } from '../../admin/start.ts';
import type { Config } from '../../config/config.ts';
import type { SignIn } from '../../gitlab/sign-in.ts';
import type { SessionObserver } from '../../observability/admin-observer.ts';
import type { Clock } from '../../runs/ports.ts';
import type { RunQueue } from '../../runs/queue-ports.ts';
import type { Finding } from '../../setup/finding.ts';
import type { Why } from '../../why/why.ts';
import type { Principal, Sessions } from '../session.ts';

/** Whom the admin API and the dashboard serve, and by which config. */
export interface Desk {
  readonly config: Config;
  /** `undefined` where no admin token is configured: then there is neither API nor dashboard. */
  readonly sessions: Sessions | undefined;
  /** `undefined` where nobody signs in with GitLab. */
  readonly people: People | undefined;
  /** There where sessions are. */
  readonly start: Start | undefined;
  /** What GitLab says of each token now, the operator's and the agents'. Never fails because of GitLab. */
  readonly health: () => Promise<readonly TokenHealth[]>;
}

/** A token of the config, and what is to be said of it. */
export interface TokenHealth {
  readonly login: { readonly subject: { readonly kind: 'operator' | 'agent'; readonly name: string } };
  readonly findings: readonly Finding[];
}

/** What people get who sign in with GitLab. */
export interface People {
  readonly signIn: SignIn;
  /** The runs as one of them may see and change them. */
  readonly runsOf: (visitor: Visitor) => RunAdmin;
}

/** What the admin API and the dashboard are made of. */
export interface DeskTools {
  /** As it is now. */
  readonly desk: () => Desk;
  /** All of them, for the operator. */
  readonly runs: RunAdmin;
  readonly queue: Pick<RunQueue, 'depth'>;
  readonly deliveries: Pick<Deliveries, 'all'>;
  readonly standing: () => Promise<Standing>;
  readonly why: Why;
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

/** The runs as whoever asks may see and change them. */
export function runsFor(who: Principal, { desk, runs }: Pick<DeskTools, 'desk' | 'runs'>): RunAdmin {
  if (who.kind === 'operator') return runs;
  const { people } = desk();
  // Only where the config changed in the middle of a request.
  if (people === undefined) throw new Error('nobody signs in with GitLab any more');
  return people.runsOf(who);
}
