import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { createFaults, type Faults } from './faults.ts';
import { smartHttp } from './git/smart-http.ts';
import { gitAccess } from './git-access.ts';
import type { RateLimits } from './http/rate-limit.ts';
import { createServer, type LoggedRequest } from './http/server.ts';
import { oauthRoutes } from './oauth/routes.ts';
import { openApiOf } from './openapi/openapi.ts';
import type { Repository, Runner } from './ports.ts';
import { memoryRepository } from './test-support/memory-repository.ts';
import { createWebhookSender } from './webhooks/sender.ts';
import type { Project } from './world/records-project.ts';
import { createWorld, type World } from './world/world.ts';

export interface StartOptions {
  /** 0, the default, takes any free port. */
  readonly port?: number;
  /** Where the instance lives below its host, as `/gitlab`. */
  readonly subPath?: string;
  /** The GitLab version that is played; `18.9.0` by default. */
  readonly version?: string;
  readonly now?: () => Date;
  /** Makes a project's repository; in memory by default. */
  readonly openRepository?: (project: Project) => Promise<Repository>;
  /** Runs jobs for real; without one, tests move pipelines by hand. */
  readonly runner?: Runner;
  readonly pushPipelines?: boolean;
  /** Whether a webhook that fails ever again is switched off; so by default. */
  readonly disablesHooks?: boolean;
  /** How long a webhook's receiver has, in milliseconds; GitLab's 10 s by default. */
  readonly webhookTimeout?: number;
  /** Refuses webhooks to loopback and private addresses, as GitLab does by default; off here. */
  readonly refuseLocalHooks?: boolean;
  /** Requests per minute and user. */
  readonly limits?: Partial<RateLimits>;
  /** Another OpenAPI document, or `false` for no checks. */
  readonly openApi?: string | false;
  /** Routes beside the API, below the sub-path. */
  readonly plugin?: (app: FastifyInstance, world: World) => Promise<void>;
}

/** A GitLab to talk to. */
export interface StandInGitLab {
  /** Without a trailing slash, with the sub-path. */
  readonly url: string;
  readonly world: World;
  readonly faults: Faults;
  /** Every API request so far, oldest first. */
  readonly requests: readonly LoggedRequest[];
  /** Where a request or one of our own answers was not as GitLab's OpenAPI document says. */
  readonly violations: readonly string[];
  /** Resolves once no push has effects to come and no webhook is under way. */
  webhooksSettled(): Promise<void>;
  close(): Promise<void>;
}

/** Starts a stand-in GitLab on loopback. */
export async function startGitLab(options: StartOptions = {}): Promise<StandInGitLab> {
  const subPath = (options.subPath ?? '').replace(/\/$/, '');
  let url = '';
  const world = createWorld({
    url: () => url,
    openRepository: options.openRepository ?? (async () => memoryRepository()),
    ...(options.version === undefined ? {} : { version: options.version }),
    ...(options.now === undefined ? {} : { now: options.now }),
    ...(options.runner === undefined ? {} : { runner: options.runner }),
    ...(options.pushPipelines === undefined ? {} : { pushPipelines: options.pushPipelines }),
    ...(options.disablesHooks === undefined ? {} : { disablesHooks: options.disablesHooks }),
  });
  world.addUser({ username: 'root', name: 'Administrator', admin: true });
  const webhooks = createWebhookSender(world, { timeoutMs: options.webhookTimeout ?? 10_000 });
  const faults = createFaults(world);
  const requests: LoggedRequest[] = [];
  const violations: string[] = [];
  const app = createServer({
    context: world.context,
    faults,
    openApi: options.openApi === false ? undefined : openApiOf(options.openApi),
    requests,
    violations,
    limits: { api: 100_000, notes: 300, hookTests: 5, hookResends: 5, ...options.limits },
    refuseLocalHooks: options.refuseLocalHooks ?? false,
    webhooks,
    subPath,
  });
  const git = gitAccess(world);
  await app.register(smartHttp, { prefix: subPath, find: git.find, onPush: git.onPush });
  await app.register(async (below) => oauthRoutes(below, world.context), { prefix: subPath });
  const { plugin } = options;
  if (plugin !== undefined) await app.register(async (below) => plugin(below, world), { prefix: subPath });
  await app.listen({ host: '127.0.0.1', port: options.port ?? 0 });
  url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}${subPath}`;
  return {
    url,
    world,
    faults,
    requests,
    violations,
    webhooksSettled: async () => {
      await git.settled();
      await webhooks.settled();
    },
    close: async () => {
      webhooks.stop();
      await world.stopJobs();
      app.server.closeAllConnections();
      await app.close();
    },
  };
}
