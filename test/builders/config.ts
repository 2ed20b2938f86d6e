import type { Agent, Config, Trigger } from '../../src/config/config.ts';
import { Secret } from '../../src/lib/secret.ts';

export function agent(fields: Partial<Agent> = {}): Agent {
  return {
    name: 'claude',
    account: 'claude-bot',
    token: new Secret('glpat-claude'),
    flow: { kind: 'none' },
    handoff: 'auto',
    timeout: 7_200_000,
    mergeRequest: 'auto',
    notify: 'never',
    reactions: false,
    gateway: 'none',
    signingKey: undefined,
    ...fields,
  };
}

export function trigger(fields: Partial<Trigger> = {}): Trigger {
  return {
    name: 'claude',
    agent: agent(),
    events: new Set(['mention', 'assign', 'assign_reviewer']),
    projects: { patterns: ['acme/**'], match: (path) => path.startsWith('acme/') },
    minAccess: 'developer',
    users: { allow: new Set(), deny: new Set() },
    allowAgents: new Set(),
    confidential: false,
    edits: false,
    stopOn: new Set(['unassign', 'review_removed', 'close']),
    forks: 'refuse',
    schedule: undefined,
    onBusy: 'queue',
    filters: new Map(),
    ...fields,
  };
}

/** A config with one agent and one trigger for it, unless the test brings others. */
export function config(fields: Partial<Config> = {}): Config {
  const [first = trigger()] = fields.triggers ?? [];
  return {
    gitlab: { url: 'https://gitlab.example.com', caFile: undefined, token: undefined },
    server: {
      host: '127.0.0.1',
      port: 0,
      publicUrl: undefined,
      adminToken: undefined,
      oauth: undefined,
      trustProxy: [],
    },
    webhook: {
      secretTokens: [new Secret('s3cret-of-the-hook')],
      signingTokens: [],
      projectSecrets: [],
      allowFrom: undefined,
    },
    queue: { home: { kind: 'embedded', dataDir: '/nowhere' }, concurrency: 20 },
    agents: [first.agent],
    triggers: [first],
    notify: [],
    limits: {
      runs: { global: 50, perProject: 5, perAgent: 20, perUser: 3 },
      rate: {
        perUser: { count: 20, per: 3_600_000 },
        perProject: { count: 60, per: 3_600_000 },
        perAgent: { count: 200, per: 3_600_000 },
        perObject: { count: 6, per: 3_600_000 },
      },
      agentDepth: 2,
      maxEventAge: 3_600_000,
    },
    catchUp: { todos: 300_000, hookEvents: true },
    log: { auditFile: undefined },
    retention: { runs: 2_592_000_000 },
    ...fields,
  };
}
