import type { Issue } from './explain.ts';
import { NO_GATEWAY } from './flow.ts';
import { tokenVariable } from './token-variable.ts';

/**
 * What is wrong between keys that are right each by itself. Reads the data before anybody knows that it has the
 * right shape, so that these faults are told together with all others; what has another shape is passed over.
 */
export function crossFieldIssues(data: unknown): readonly Issue[] {
  const { webhook, agents, triggers, server, notify } = mapping(data);
  return [
    ...oauthIssues(server),
    ...webhookIssues(webhook),
    ...accountIssues(agents),
    ...handoverIssues(agents),
    ...triggerIssues(triggers, agents),
    ...scheduleIssues(triggers),
    ...apiIssues(triggers, server),
    ...notifyIssues(notify, agents),
  ];
}

function* oauthIssues(server: unknown): Generator<Issue> {
  const { oauth, publicUrl, adminToken } = mapping(server);
  if (oauth === undefined) return;
  const path = ['server', 'oauth'];
  if (publicUrl === undefined) {
    yield { path, message: 'needs server.publicUrl: GitLab sends people back there' };
  }
  if (adminToken === undefined) {
    yield { path, message: 'needs server.adminToken: without one there is no dashboard to sign in to' };
  }
}

function* webhookIssues(webhook: unknown = {}): Generator<Issue> {
  if (!isMapping(webhook)) return;
  const { projectSecrets = [] } = webhook;
  if (!isList(projectSecrets)) return;
  if (projectSecrets.length === 0 && hasNoSecret(webhook)) {
    const message =
      'needs at least one secret in secretTokens, because without one anybody could start agents: make one with `openssl rand -hex 32` and enter it in the webhook in GitLab too';
    yield { path: ['webhook'], message };
  }
  const general = new Set(secretsIn(webhook).map(({ value }) => value));
  const owners = new Map<unknown, number>();
  for (const [index, entry] of projectSecrets.entries()) {
    if (isMapping(entry) && hasNoSecret(entry)) {
      const message = 'needs a secret, in secretTokens or signingTokens: without one no delivery is accepted';
      yield { path: ['webhook', 'projectSecrets', index], message };
    }
    for (const { key, at, value } of secretsIn(mapping(entry))) {
      const owner = owners.get(value) ?? index;
      owners.set(value, owner);
      if (!general.has(value) && owner === index) continue;
      const message = 'is accepted for other projects too: give these projects a secret of their own';
      yield { path: ['webhook', 'projectSecrets', index, key, at], message };
    }
  }
}

function hasNoSecret({ secretTokens = [], signingTokens = [] }: Readonly<Record<string, unknown>>): boolean {
  return isList(secretTokens) && isList(signingTokens) && secretTokens.length + signingTokens.length === 0;
}

function secretsIn(entry: Readonly<Record<string, unknown>>) {
  return (['secretTokens', 'signingTokens'] as const).flatMap((key) => {
    const list = entry[key];
    return (isList(list) ? list : []).map((value, at) => ({ key, at, value }));
  });
}

function* accountIssues(agents: unknown): Generator<Issue> {
  const owners = new Map<string, string>();
  for (const [name, agent] of Object.entries(mapping(agents))) {
    const { account } = mapping(agent);
    const key = trimmed(account)?.toLowerCase();
    if (key === undefined) continue;
    const owner = owners.get(key);
    if (owner === undefined) owners.set(key, name);
    else yield { path: ['agents', name, 'account'], message: `is the account of the agent ${owner} already` };
  }
}

/** What an agent's flow and the way of its data ask of one another. */
function* handoverIssues(agents: unknown): Generator<Issue> {
  const owners = new Map<string, string>();
  for (const [name, agent] of Object.entries(mapping(agents))) {
    const { flow, gateway, handoff, signingKey } = mapping(agent);
    const variable = tokenVariable(name);
    const owner = owners.get(variable);
    owners.set(variable, name);
    if (owner !== undefined) {
      const message = `would share the CI/CD variable ${variable} with the agent ${owner}: give it another name`;
      yield { path: ['agents', name], message, atKey: true };
    }
    if (handoff === 'inputs' && flow === undefined) {
      const message =
        'needs a flow, because a job of the project itself reads variables: use variables or auto';
      yield { path: ['agents', name, 'handoff'], message };
    }
    if (signingKey !== undefined && flow === undefined) {
      const message = 'needs a flow, because what a job of the project itself reads is not signed';
      yield { path: ['agents', name, 'signingKey'], message };
    }
    if (mapping(flow).injectGatewayToken === true && gateway !== 'variables') {
      yield { path: ['agents', name, 'flow', 'injectGatewayToken'], message: NO_GATEWAY };
    }
  }
}

function* triggerIssues(triggers: unknown, agents: unknown): Generator<Issue> {
  const known = Object.keys(mapping(agents));
  const names = new Set<string>();
  for (const [index, trigger] of (isList(triggers) ? triggers : []).entries()) {
    const { agent: writtenAgent, name: writtenName = writtenAgent, allowAgents } = mapping(trigger);
    const agent = trimmed(writtenAgent);
    const isUnknown = (one: string | undefined) =>
      one !== undefined && known.length > 0 && !known.includes(one);
    const unknown = `there is no agent of this name: ${known.join(', ')} is what there is`;
    if (isUnknown(agent)) yield { path: ['triggers', index, 'agent'], message: unknown };
    for (const [at, written] of (isList(allowAgents) ? allowAgents : []).entries()) {
      const path = ['triggers', index, 'allowAgents', at];
      const asker = trimmed(written);
      if (isUnknown(asker)) yield { path, message: unknown };
      else if (asker !== undefined && asker === agent) {
        yield { path, message: 'is the agent of this trigger, and an agent never starts itself' };
      }
    }
    const name = trimmed(writtenName);
    if (name === undefined) continue;
    if (names.has(name)) {
      const message =
        'another trigger has this name already, or the name of its agent: give this one a name of its own';
      yield { path: ['triggers', index, 'name'], message };
    }
    names.add(name);
  }
}

/** A schedule happens in projects of its own accord, so they have to be named; no event says which one. */
function* scheduleIssues(triggers: unknown): Generator<Issue> {
  for (const [index, trigger] of (isList(triggers) ? triggers : []).entries()) {
    const { events, schedule, projects } = mapping(trigger);
    const isScheduled = isList(events) && events.includes('scheduled');
    if (isScheduled && schedule === undefined) {
      yield {
        path: ['triggers', index, 'events'],
        message: 'has scheduled, so the trigger needs a schedule',
      };
    }
    if (schedule === undefined) continue;
    if (!isScheduled) {
      yield {
        path: ['triggers', index, 'schedule'],
        message: 'has no effect: scheduled is not among the events',
      };
    }
    for (const [at, pattern] of (isList(projects) ? projects : []).entries()) {
      if (typeof pattern === 'string' && !/^[\w.-]+(\/[\w.-]+)+$/.test(pattern)) {
        const message = 'is a pattern, and a trigger with a schedule needs projects by their full paths';
        yield { path: ['triggers', index, 'projects', at], message };
      }
    }
  }
}

/** Programs prove with the admin token that they may ask. */
function* apiIssues(triggers: unknown, server: unknown): Generator<Issue> {
  if (mapping(server).adminToken !== undefined) return;
  for (const [index, trigger] of (isList(triggers) ? triggers : []).entries()) {
    const { events } = mapping(trigger);
    const at = isList(events) ? events.indexOf('api') : -1;
    if (at < 0) continue;
    const message = 'has no effect without server.adminToken, with which programs ask for runs';
    yield { path: ['triggers', index, 'events', at], message };
  }
}

function* notifyIssues(notify: unknown, agents: unknown): Generator<Issue> {
  const known = Object.keys(mapping(agents));
  const names = new Set<string>();
  for (const [index, receiver] of (isList(notify) ? notify : []).entries()) {
    const { url, name: written, agents: wanted, format, secret } = mapping(receiver);
    const host = typeof url === 'string' && URL.canParse(url) ? new URL(url).host : undefined;
    const name = trimmed(written) ?? host;
    if (name !== undefined && names.has(name)) {
      const message = 'another one has this name already, or this host: give this one a name of its own';
      yield { path: ['notify', index, 'name'], message };
    }
    if (name !== undefined) names.add(name);
    for (const [at, agent] of (isList(wanted) ? wanted : []).entries()) {
      const one = trimmed(agent);
      if (one === undefined || known.length === 0 || known.includes(one)) continue;
      const message = `there is no agent of this name: ${known.join(', ')} is what there is`;
      yield { path: ['notify', index, 'agents', at], message };
    }
    if (format === 'slack' && secret !== undefined) {
      yield { path: ['notify', index, 'secret'], message: 'has no effect: only json is signed' };
    }
  }
}

/** A text as the schema will have it; nothing where it is no text, or empty. */
function trimmed(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}

function mapping(value: unknown): Readonly<Record<string, unknown>> {
  return isMapping(value) ? value : {};
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !isList(value);
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}
