import type { Logger } from 'pino';
import type { Config } from '../config/config.ts';
import type { Login, Wire } from '../gitlab/connection.ts';
import type { Traced } from '../lib/traced.ts';
import type { Metrics } from '../observability/metrics.ts';
import type { BeckonObserver } from '../observability/observer.ts';
import type { Backend } from '../queue/backend.ts';
import { createCaughtUp } from '../queue/caught-up.ts';
import type { DeliveryLog } from '../queue/deliveries.ts';
import { createNamedUsers, type IsLetIn } from '../runs/named-users.ts';
import type { Clock } from '../runs/ports.ts';
import type { CaughtUp, RunQueue } from '../runs/queue-ports.ts';

/** What lasts as long as the process, whatever the config. */
export interface Ground {
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly observer: BeckonObserver;
  readonly clock: Clock;
  readonly backend: Backend;
  readonly queue: RunQueue;
  readonly traced: Traced;
  readonly deliveries: DeliveryLog;
  /** Names stand for accounts of one GitLab, by its address. Kept from config to config, so that nobody can take one meanwhile. */
  readonly namesAt: (gitlabUrl: string) => IsLetIn;
}

/** What both halves of the program stand on while they go by one config. */
export interface Base extends Ground {
  readonly config: Config;
  readonly caughtUp: CaughtUp;
  readonly isLetIn: IsLetIn;
}

/** The same ground, and a config on it. */
export function baseOf(ground: Ground, config: Config): Base {
  const { backend, clock } = ground;
  return {
    ...ground,
    config,
    caughtUp: createCaughtUp(backend.text('caught-up'), { config, clock }),
    isLetIn: ground.namesAt(config.gitlab.url),
  };
}

/** Whom the triggers name, of each GitLab that the process has worked for. */
export function createNames({ log, clock }: Pick<Ground, 'log' | 'clock'>): Ground['namesAt'] {
  const known = new Map<string, IsLetIn>();
  const unknown = (username: string) =>
    log.warn({ username }, 'GitLab does not know a user whom a trigger names');
  return (gitlabUrl) => {
    const isLetIn = known.get(gitlabUrl) ?? createNamedUsers({ clock, unknown });
    known.set(gitlabUrl, isLetIn);
    return isLetIn;
  };
}

/** The life of the process around the worker. */
export interface Process {
  /** Resolves once the web server listens, or will not. */
  readonly started: Promise<void>;
  readonly isStopping: () => boolean;
  /** Milliseconds that a stop leaves to runs under way. */
  readonly left: () => number;
  /** Has something closed at the end, before all that was opened earlier. */
  readonly onClose: (close: () => Promise<unknown>) => void;
}

/** Counts the requests to GitLab. */
export function countRequests({ gitlabRequests }: Pick<Metrics, 'gitlabRequests'>): Wire['onRequest'] {
  return (operation, status) => gitlabRequests.inc({ operation, status: String(status) });
}

/** Makes something for each agent's account, and gives it by the agent's name. */
export function ofAgents<T>({ gitlab, agents }: Config, make: (login: Login) => T): (agent: string) => T {
  const made = new Map(agents.map(({ name, token }) => [name, make({ url: gitlab.url, token })]));
  return (agent) => {
    const found = made.get(agent);
    if (found === undefined) throw new Error(`there is no agent ${agent}`);
    return found;
  };
}
