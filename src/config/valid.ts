import { resolve } from 'node:path';
import { parseDuration, parseRate } from '../lib/duration.ts';
import { compilePatterns } from '../lib/pattern.ts';
import { Secret } from '../lib/secret.ts';
import type { Agent, Config, FlowSource, QueueHome, Rate, Trigger } from './config.ts';
import type { Issue } from './explain.ts';
import type { ConfigFile } from './schema.ts';

/** GitLab 19's form of a signing token: 32 bytes as Base64 behind a prefix. */
const SIGNING_TOKEN = /^whsec_[A-Za-z0-9+/]{43}=$/;

/** What is wrong between keys that are right each by itself. */
export function crossFieldIssues(file: ConfigFile): readonly Issue[] {
  return [...webhookIssues(file), ...queueIssues(file), ...agentIssues(file), ...triggerIssues(file)];
}

function* webhookIssues({ webhook: { secretTokens, signingTokens } }: ConfigFile): Generator<Issue> {
  if (secretTokens.length + signingTokens.length === 0) {
    const message =
      'needs at least one secret in secretTokens: without one anybody could start agents. Make one with `openssl rand -hex 32` and give the same to the webhook in GitLab';
    yield { path: ['webhook'], message };
  }
  for (const [index, token] of secretTokens.entries()) {
    if (token.trim() === '')
      yield { path: ['webhook', 'secretTokens', index], message: 'is empty, which would let everybody in' };
  }
  for (const [index, token] of signingTokens.entries()) {
    if (!SIGNING_TOKEN.test(token)) {
      yield {
        path: ['webhook', 'signingTokens', index],
        message: "is not a signing token of GitLab's (whsec_ and 44 characters)",
      };
    }
  }
}

function* queueIssues({ queue: { url } }: ConfigFile): Generator<Issue> {
  if (url !== undefined && homeKind(url) === undefined) {
    yield {
      path: ['queue', 'url'],
      message: 'does not begin with redis://, rediss:// or postgres://, or is no address',
    };
  }
}

function* agentIssues({ agents }: ConfigFile): Generator<Issue> {
  const owners = new Map<string, string>();
  for (const [name, { account }] of Object.entries(agents)) {
    const owner = owners.get(account.toLowerCase());
    if (owner === undefined) owners.set(account.toLowerCase(), name);
    else yield { path: ['agents', name, 'account'], message: `is the account of the agent ${owner} already` };
  }
}

function* triggerIssues({ agents, triggers }: ConfigFile): Generator<Issue> {
  const names = new Set<string>();
  for (const [index, { agent, name = agent }] of triggers.entries()) {
    if (!Object.hasOwn(agents, agent)) {
      const message = `there is no agent of this name; there is ${Object.keys(agents).join(', ')}`;
      yield { path: ['triggers', index, 'agent'], message };
    }
    if (names.has(name))
      yield { path: ['triggers', index, 'name'], message: 'another trigger has this name already' };
    names.add(name);
  }
}

/** Makes the valid config of a file in which nothing is wrong. */
export function toValid(file: ConfigFile, { cwd }: { readonly cwd: string }): Config {
  const agents = Object.entries(file.agents).map(([name, agent]) => validAgent(name, agent));
  return deepFreeze({
    gitlab: {
      url: file.gitlab.url.replace(/\/+$/, ''),
      caFile: file.gitlab.caFile === undefined ? undefined : resolve(cwd, file.gitlab.caFile),
      token: secretOf(file.gitlab.token),
    },
    server: {
      host: file.server.host,
      port: Number(file.server.port),
      publicUrl: file.server.publicUrl?.replace(/\/+$/, ''),
      adminToken: secretOf(file.server.adminToken),
    },
    webhook: {
      secretTokens: file.webhook.secretTokens.map((token) => new Secret(token)),
      signingTokens: file.webhook.signingTokens.map((token) => new Secret(token)),
    },
    queue: { home: queueHome(file, cwd), concurrency: Number(file.queue.concurrency) },
    agents,
    triggers: file.triggers.map((trigger) => validTrigger(trigger, agents)),
    limits: {
      runs: {
        global: Number(file.limits.runs.global),
        perProject: Number(file.limits.runs.perProject),
        perAgent: Number(file.limits.runs.perAgent),
        perUser: Number(file.limits.runs.perUser),
      },
      rate: {
        perUser: rate(file.limits.rate.perUser),
        perProject: rate(file.limits.rate.perProject),
        perObject: rate(file.limits.rate.perObject),
      },
      maxEventAge: duration(file.limits.maxEventAge),
    },
    retention: { runs: duration(file.retention.runs) },
  });
}

function validAgent(name: string, agent: ConfigFile['agents'][string]): Agent {
  return {
    name,
    account: agent.account,
    token: new Secret(agent.token),
    flow: flowSource(agent.flow),
    handoff: agent.handoff,
    timeout: duration(agent.timeout),
    mergeRequest: agent.mergeRequest,
  };
}

function flowSource(flow: ConfigFile['agents'][string]['flow']): FlowSource {
  if (flow === undefined) return { kind: 'none' };
  return typeof flow === 'string' ? { kind: 'file', path: flow } : { kind: 'inline', flow };
}

function validTrigger(trigger: ConfigFile['triggers'][number], agents: readonly Agent[]): Trigger {
  const agent = agents.find(({ name }) => name === trigger.agent);
  if (agent === undefined) throw new Error(`the trigger's agent ${trigger.agent} was checked before`);
  return {
    name: trigger.name ?? trigger.agent,
    agent,
    events: new Set(trigger.events),
    projects: { patterns: trigger.projects, match: compilePatterns(trigger.projects) },
    minAccess: trigger.minAccess,
    users: { allow: lowerCased(trigger.users.allow), deny: lowerCased(trigger.users.deny) },
    confidential: trigger.confidential,
  };
}

function queueHome({ queue: { url, dataDir } }: ConfigFile, cwd: string): QueueHome {
  const kind = url === undefined ? undefined : homeKind(url);
  if (url === undefined || kind === undefined) return { kind: 'embedded', dataDir: resolve(cwd, dataDir) };
  return { kind, url: new Secret(url) };
}

function homeKind(url: string): 'redis' | 'postgres' | undefined {
  if (!URL.canParse(url)) return undefined;
  if (/^rediss?:\/\//.test(url)) return 'redis';
  return /^postgres(ql)?:\/\//.test(url) ? 'postgres' : undefined;
}

function lowerCased(names: readonly string[]): ReadonlySet<string> {
  return new Set(names.map((name) => name.toLowerCase()));
}

function secretOf(text: string | undefined): Secret | undefined {
  return text === undefined ? undefined : new Secret(text);
}

function duration(text: string): number {
  return parseDuration(text) ?? Number.NaN;
}

function rate(text: string): Rate {
  return parseRate(text) ?? { count: Number.NaN, per: Number.NaN };
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !(value instanceof Set) && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) deepFreeze(inner);
  }
  return value;
}
