import type { Filter } from '../lib/filter.ts';
import type { Secret } from '../lib/secret.ts';
import type { Flow } from './flow.ts';
import type { Schedule } from './schedule.ts';

/** Events that call on an account by its name, beside `mention`. */
export const CALL_KINDS = ['assign', 'assign_reviewer', 'description'] as const;

/** Events that call on nobody by name. */
export const CHANGE_KINDS = [
  'pipeline_hooks',
  'merge_request',
  'merge_request_ready',
  'merge_request_code_conflict',
  'work_item',
  'commit_to_default_branch',
  'scheduled',
  'label',
  'emoji',
] as const;

/**
 * The events a trigger can ask for, with GitLab's own names (`AI_FLOW_EVENT`); `description`, `label`, `emoji` and
 * `api` are ours, GitLab has none of them.
 */
export const EVENT_KINDS = ['mention', ...CALL_KINDS, ...CHANGE_KINDS, 'api'] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

/** A run's states as people see them. */
export const RUN_STATES = [
  'queued',
  'starting',
  'running',
  'succeeded',
  'failed',
  'cancelled',
  'timed_out',
  'refused',
] as const;
export type RunState = (typeof RUN_STATES)[number];

/** What ends a run early beside a command: the account is unassigned, no longer asked for a review, or all is over. */
export const STOP_CAUSES = ['unassign', 'review_removed', 'close'] as const;
export type StopCause = (typeof STOP_CAUSES)[number];

/** GitLab's access levels by role name, https://docs.gitlab.com/api/access_requests/ */
export const ACCESS_LEVELS = {
  guest: 10,
  planner: 15,
  reporter: 20,
  developer: 30,
  maintainer: 40,
  owner: 50,
} as const;
export type Role = keyof typeof ACCESS_LEVELS;

/** Where an agent's flow comes from. */
export type FlowSource =
  /** A path in the project, read from its default branch only. */
  | { readonly kind: 'file'; readonly path: string }
  /** Written in Beckon's own config. */
  | { readonly kind: 'inline'; readonly flow: Flow }
  /** No flow: a job of the project's own reads the `AI_FLOW_*` variables. */
  | { readonly kind: 'none' };

/** How a run's data travels into the pipeline. */
export type Handoff = 'auto' | 'variables' | 'inputs';

/** A service account with its token and its flow. */
export interface Agent {
  readonly name: string;
  /** Username as written; GitLab compares usernames without regard to case. */
  readonly account: string;
  readonly token: Secret;
  readonly flow: FlowSource;
  readonly handoff: Handoff;
  /** Milliseconds after which a run's pipeline is cancelled. */
  readonly timeout: number;
  readonly mergeRequest: 'auto' | 'draft' | 'never';
  /** Whether a reply of its own tells the acting person of the end. */
  readonly notify: 'auto' | 'never';
  /** Whether the comment that asked gets emoji. */
  readonly reactions: boolean;
  /** Whether the projects bring what a flow with `injectGatewayToken` takes. */
  readonly gateway: 'none' | 'variables';
  /** PEM of a P-256 key with which what its runs hand over is signed; `undefined`: nothing is. */
  readonly signingKey: Secret | undefined;
}

/** What to do with a run on whose issue or merge request the same agent is at work already. */
export const ON_BUSY = ['queue', 'replace', 'refuse'] as const;
export type OnBusy = (typeof ON_BUSY)[number];

/** A rule: on these events, in these projects, by these people, run this agent. */
export interface Trigger {
  readonly name: string;
  readonly agent: Agent;
  readonly events: ReadonlySet<EventKind>;
  readonly projects: {
    readonly patterns: readonly string[];
    /** Whether a project's full path is covered; compiled from the patterns when the config loads. */
    readonly match: (fullPath: string) => boolean;
  };
  readonly minAccess: Role;
  /** Usernames in lower case; an empty `allow` means everyone with `minAccess`. */
  readonly users: { readonly allow: ReadonlySet<string>; readonly deny: ReadonlySet<string> };
  /** Names of the agents that may start this one by a mention. */
  readonly allowAgents: ReadonlySet<string>;
  readonly confidential: boolean;
  /** Whether an edited comment counts, with its editor as the acting person. */
  readonly edits: boolean;
  /** What to do on merge requests whose source is another project. */
  readonly forks: 'refuse' | 'default_branch' | 'approve';
  /** What else must hold of the payload, by event; an event without one asks for nothing more. */
  readonly filters: ReadonlyMap<EventKind, Filter>;
  /** What ends a run of this trigger early. */
  readonly stopOn: ReadonlySet<StopCause>;
  /** When the event `scheduled` happens, in each of the projects. */
  readonly schedule: Schedule | undefined;
  readonly onBusy: OnBusy;
}

/** A limit on how often something may happen. */
export interface Rate {
  readonly count: number;
  /** Milliseconds. */
  readonly per: number;
}

/** What GitLab proves with that a delivery is its own. */
export interface WebhookSecrets {
  /** Accepted values of `X-Gitlab-Token`. */
  readonly secretTokens: readonly Secret[];
  /** Tokens that an accepted signature was made with. */
  readonly signingTokens: readonly Secret[];
}

/** An application in GitLab; one without a secret is not confidential. */
export interface OAuthApplication {
  readonly clientId: string;
  readonly clientSecret: Secret | undefined;
}

/** Somebody outside who is told when a run comes to a state. */
export interface Receiver {
  readonly name: string;
  /** Whole addresses of chats are secrets: whoever has one may write there. */
  readonly url: Secret;
  readonly format: 'json' | 'slack';
  readonly states: ReadonlySet<RunState>;
  /** Names of the agents whose runs are told of; `undefined`: all. */
  readonly agents: ReadonlySet<string> | undefined;
  /** `undefined`: all. */
  readonly projects: Trigger['projects'] | undefined;
  /** `whsec_…`, with which what is sent is signed. */
  readonly secret: Secret | undefined;
}

/** Where runs are queued and kept. */
export type QueueHome =
  | { readonly kind: 'redis'; readonly url: Secret }
  | { readonly kind: 'postgres'; readonly url: Secret }
  /** Absolute path of the folder in which a PostgreSQL of our own keeps its files. */
  | { readonly kind: 'embedded'; readonly dataDir: string };

/** The configuration as valid: every default filled in, patterns compiled, frozen. Durations in milliseconds. */
export interface Config {
  readonly gitlab: {
    /** Base URL without a slash at the end; may hold a port and a sub-path. */
    readonly url: string;
    readonly caFile: string | undefined;
    readonly token: Secret | undefined;
  };
  readonly server: {
    readonly host: string;
    readonly port: number;
    readonly publicUrl: string | undefined;
    readonly adminToken: Secret | undefined;
    /** The application in GitLab by which people sign in; `undefined`: they cannot. */
    readonly oauth: OAuthApplication | undefined;
    /** Addresses and ranges of reverse proxies, whose `X-Forwarded-For` is believed. */
    readonly trustProxy: readonly string[];
  };
  readonly webhook: WebhookSecrets & {
    /** Secrets of some projects only, which then have no others; the first entry that covers a project counts. */
    readonly projectSecrets: readonly (WebhookSecrets & { readonly projects: Trigger['projects'] })[];
    /** Whether an address may deliver; `undefined`: every address may. */
    readonly allowFrom: ((address: string) => boolean) | undefined;
  };
  readonly queue: { readonly home: QueueHome; readonly concurrency: number };
  readonly agents: readonly Agent[];
  readonly triggers: readonly Trigger[];
  readonly notify: readonly Receiver[];
  readonly limits: {
    readonly runs: {
      readonly global: number;
      readonly perProject: number;
      readonly perAgent: number;
      readonly perUser: number;
    };
    readonly rate: Readonly<Record<'perUser' | 'perProject' | 'perAgent' | 'perObject', Rate>>;
    /** How many runs may follow from each other by agents' mentions, after the one of a person. */
    readonly agentDepth: number;
    readonly maxEventAge: number;
  };
  /** What is done about events that no webhook brought. */
  readonly catchUp: {
    /** Milliseconds between two looks at the agents' To-Do items; `undefined`: nobody looks. */
    readonly todos: number | undefined;
    /** Whether failed deliveries are resent, and hooks that GitLab switched off are switched on again. */
    readonly hookEvents: boolean;
  };
  /** `auditFile` is an absolute path. */
  readonly log: { readonly auditFile: string | undefined };
  readonly retention: { readonly runs: number };
}
