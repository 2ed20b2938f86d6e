import type { Secret } from '../lib/secret.ts';

/** GitLab's events that a project hook can ask for and that Beckon reads: the API's flags without `_events`. */
export const HOOK_EVENTS = [
  'pipeline',
  'note',
  'issues',
  'merge_requests',
  'emoji',
  'push',
  'confidential_note',
  'confidential_issues',
] as const;
export type HookEvent = (typeof HOOK_EVENTS)[number];

/** A project, by id and full path. */
export interface HookProject {
  readonly id: number;
  readonly path: string;
}

/**
 * GitLab's `alert_status`: after four failures in a row a hook is off for a minute, doubling to a day, and after
 * forty until a test delivery succeeds.
 */
export type HookState = 'executable' | 'temporarily_disabled' | 'disabled';

/** A webhook of a project. */
export interface Hook {
  readonly id: number;
  readonly url: string;
  /** All that are on, by the API's flags without `_events`; some may be none of {@link HOOK_EVENTS}. */
  readonly events: ReadonlySet<string>;
  readonly state: HookState;
  /** ISO 8601. */
  readonly disabledUntil: string | undefined;
  readonly verifiesTls: boolean;
  /** Whether it has a secret token, which GitLab never shows; `undefined`: GitLab is older than 19.0. */
  readonly hasToken: boolean | undefined;
  /** The same for a signing token. */
  readonly hasSigningToken: boolean | undefined;
}

/** One delivery of a hook as GitLab keeps it, for seven days. */
export interface HookDelivery {
  readonly id: number;
  /** Where it went. */
  readonly url: string;
  /** `Idempotency-Key`, the same when it is sent again. */
  readonly key: string;
  /** `X-Gitlab-Event`. */
  readonly event: string | undefined;
  readonly payload: unknown;
  /** HTTP status, or `internal error` where there was no answer. */
  readonly status: string;
  /** The beginning of the answer's body. */
  readonly answer: string;
  /** Milliseconds since the epoch; `undefined`: GitLab does not tell. */
  readonly at: number | undefined;
}

/** What a hook is to be. Secrets are written only; those left out stay as they are. */
export interface HookSettings {
  readonly url: string;
  /** The flags to set, by the API's names without `_events`. */
  readonly events: ReadonlyMap<string, boolean>;
  readonly token?: Secret;
  readonly signingToken?: Secret;
}

/** The most that GitLab gives of a hook's deliveries at once. */
export const DELIVERIES_PER_PAGE = 20;

/** GitLab's words for statuses of deliveries by kind. `server_failure` has those without an answer too. */
export type DeliveryOutcome = 'successful' | 'client_failure' | 'server_failure';

/**
 * All that looking after webhooks asks of GitLab, as a Maintainer of the projects. Calls fail with a `Failure`; a
 * thing that is not there is `undefined`, not a failure.
 */
export interface Webhooks {
  /** GitLab's version, such as `18.9.0-ee`. */
  version(): Promise<string>;
  project(path: string): Promise<HookProject | undefined>;
  /** One page of up to 100 projects that this account is Maintainer of, by id; empty after the last. */
  maintained(page: number): Promise<readonly HookProject[]>;
  /**
   * One page of up to 100 projects of a group and the groups below it that this account may see, by id; empty after the
   * last. Without archived ones, and ones that are shared with the group. `undefined`: there is no such group.
   */
  below(group: string, page: number): Promise<readonly HookProject[] | undefined>;
  hooks(projectId: number): Promise<readonly Hook[]>;
  hook(projectId: number, hookId: number): Promise<Hook | undefined>;
  /** One page of up to {@link DELIVERIES_PER_PAGE} deliveries of the last seven days, the newest first. */
  deliveries(
    projectId: number,
    hookId: number,
    options: { readonly page: number; readonly outcomes?: readonly DeliveryOutcome[] },
  ): Promise<readonly HookDelivery[]>;
  /**
   * Sends a delivery again, with its key; gives the status it was answered with. GitLab allows 5 a minute for each
   * account and project, and refuses it while the hook is off.
   */
  resend(projectId: number, hookId: number, deliveryId: number): Promise<string>;
  /**
   * Sends the newest thing of its kind that the project has, also while the hook is off; a good answer switches it on.
   * Refused where the project has none, and where the answer was not good. 5 a minute as well.
   */
  test(projectId: number, hookId: number, event: HookEvent): Promise<void>;
  create(projectId: number, settings: HookSettings): Promise<Hook>;
  update(projectId: number, hookId: number, settings: HookSettings): Promise<Hook>;
  remove(projectId: number, hookId: number): Promise<void>;
}

/** A hook of ours, with its project. */
export interface WatchedHook {
  readonly project: HookProject;
  readonly id: number;
}

/** Who is told what watching the hooks finds. */
export interface HookObserver {
  /** After each round. */
  counted(hooks: { readonly watched: number; readonly disabled: number }): void;
  /** GitLab switched the hook off, or it is on again. Once for each change. */
  changed(watched: WatchedHook, hook: Hook): void;
  /** No test delivery switched it on. */
  stayedOff(watched: WatchedHook, reason: string): void;
  resent(watched: WatchedHook, delivery: HookDelivery, status: string): void;
  /** Deliveries that Beckon itself refused, which are not resent. Once for each hook, until there are none. */
  refused(watched: WatchedHook, count: number): void;
  /** What could not be done, and is tried again in a later round. */
  failed(project: string | undefined, error: unknown): void;
}
