import { resolve } from 'node:path';
import { compileAddresses } from '../lib/addresses.ts';
import { parseDuration } from '../lib/duration.ts';
import { compileFilter } from '../lib/filter.ts';
import { compilePatterns } from '../lib/pattern.ts';
import { parseRate } from '../lib/rate.ts';
import { Secret } from '../lib/secret.ts';
import {
  type Agent,
  type Config,
  EVENT_KINDS,
  type FlowSource,
  type QueueHome,
  type Rate,
  type Receiver,
  type Trigger,
  type WebhookSecrets,
} from './config.ts';
import { queueKind } from './queue-kind.ts';
import type { ConfigFile } from './schema.ts';
import { normalWebUrl } from './web-url.ts';

/** Makes the valid config of a file in which nothing is wrong. */
export function toValid(file: ConfigFile, { cwd }: { readonly cwd: string }): Config {
  const agents = Object.entries(file.agents).map(([name, agent]) => validAgent(name, agent));
  return deepFreeze({
    gitlab: {
      url: normalWebUrl(file.gitlab.url),
      caFile: pathOf(file.gitlab.caFile, cwd),
      token: secretOf(file.gitlab.token),
    },
    server: {
      host: file.server.host,
      port: Number(file.server.port),
      publicUrl: file.server.publicUrl === undefined ? undefined : normalWebUrl(file.server.publicUrl),
      adminToken: secretOf(file.server.adminToken),
      oauth: file.server.oauth && {
        clientId: file.server.oauth.clientId,
        clientSecret: secretOf(file.server.oauth.clientSecret),
      },
      trustProxy: file.server.trustProxy,
    },
    webhook: {
      ...webhookSecrets(file.webhook),
      projectSecrets: file.webhook.projectSecrets.map((entry) => ({
        projects: projectsOf(entry.projects),
        ...webhookSecrets(entry),
      })),
      allowFrom: file.webhook.allowFrom === undefined ? undefined : compileAddresses(file.webhook.allowFrom),
    },
    queue: { home: queueHome(file, cwd), concurrency: Number(file.queue.concurrency) },
    agents,
    triggers: file.triggers.map((trigger) => validTrigger(trigger, agents)),
    notify: file.notify.map(validReceiver),
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
        perAgent: rate(file.limits.rate.perAgent),
        perObject: rate(file.limits.rate.perObject),
      },
      agentDepth: Number(file.limits.agentDepth),
      maxEventAge: duration(file.limits.maxEventAge),
    },
    catchUp: { todos: parseDuration(file.catchUp.todos), hookEvents: isOn(file.catchUp.hookEvents) },
    log: { auditFile: pathOf(file.log.auditFile, cwd) },
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
    notify: agent.notify,
    reactions: agent.reactions,
    gateway: agent.gateway,
    signingKey: secretOf(agent.signingKey),
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
    projects: projectsOf(trigger.projects),
    minAccess: trigger.minAccess,
    users: { allow: lowerCased(trigger.users.allow), deny: lowerCased(trigger.users.deny) },
    allowAgents: new Set(trigger.allowAgents),
    confidential: trigger.confidential,
    edits: trigger.edits,
    stopOn: new Set(trigger.stopOn),
    forks: trigger.forks,
    schedule: trigger.schedule,
    onBusy: trigger.onBusy,
    filters: compileFilters(trigger.filter),
  };
}

function validReceiver({
  name,
  url,
  format,
  states,
  agents,
  projects,
  secret,
}: ConfigFile['notify'][number]): Receiver {
  return {
    name: name ?? new URL(url).host,
    url: new Secret(url),
    format,
    states: new Set(states),
    agents: agents && new Set(agents),
    projects: projects && projectsOf(projects),
    secret: secretOf(secret),
  };
}

function projectsOf(patterns: readonly string[]): Trigger['projects'] {
  return { patterns, match: compilePatterns(patterns) };
}

function webhookSecrets({
  secretTokens,
  signingTokens,
}: Pick<ConfigFile['webhook'], 'secretTokens' | 'signingTokens'>): WebhookSecrets {
  const secrets = (texts: readonly string[]) => texts.map((text) => new Secret(text));
  return { secretTokens: secrets(secretTokens), signingTokens: secrets(signingTokens) };
}

function compileFilters(filters: ConfigFile['triggers'][number]['filter']): Trigger['filters'] {
  const entries = EVENT_KINDS.map((kind) => [kind, filters[kind]] as const);
  return new Map(
    entries.flatMap(([kind, group]) => (group === undefined ? [] : [[kind, compileFilter(group)]])),
  );
}

function queueHome({ queue: { url, dataDir } }: ConfigFile, cwd: string): QueueHome {
  const kind = url === undefined ? undefined : queueKind(url);
  if (url === undefined || kind === undefined) return { kind: 'embedded', dataDir: resolve(cwd, dataDir) };
  return { kind, url: new Secret(url) };
}

function lowerCased(names: readonly string[]): ReadonlySet<string> {
  return new Set(names.map((name) => name.toLowerCase()));
}

function pathOf(path: string | undefined, cwd: string): string | undefined {
  return path === undefined ? undefined : resolve(cwd, path);
}

function secretOf(text: string | undefined): Secret | undefined {
  return text === undefined ? undefined : new Secret(text);
}

function isOn(value: boolean | 'on' | 'off'): boolean {
  return value === true || value === 'on';
}

function duration(text: string): number {
  return parseDuration(text) ?? Number.NaN;
}

function rate(text: string): Rate {
  return parseRate(text) ?? { count: Number.NaN, per: Number.NaN };
}

function deepFreeze<T>(value: T): T {
  if (
    typeof value === 'object' &&
    value !== null &&
    !(value instanceof Set) &&
    !(value instanceof Map) &&
    !Object.isFrozen(value)
  ) {
    Object.freeze(value);
    for (const inner of Object.values(value)) deepFreeze(inner);
  }
  return value;
}
