/** The kinds of events that a project hook can ask for; the API's `<name>_events` flags. */
export const hookEvents = [
  'push',
  'tag_push',
  'issues',
  'confidential_issues',
  'merge_requests',
  'note',
  'confidential_note',
  'pipeline',
  'job',
  'emoji',
  'wiki_page',
  'deployment',
  'feature_flag',
  'releases',
  'milestone',
  'resource_access_token',
  'resource_deploy_token',
] as const;

/** One of GitLab's hook event flags, without its `_events`. */
export type HookEvent = (typeof hookEvents)[number];

/** A project webhook. */
export interface Hook {
  readonly id: number;
  readonly projectId: number;
  readonly url: string;
  readonly name: string | null;
  readonly description: string | null;
  readonly token: string | null;
  /** `whsec_` and 32 bytes in base64 (GitLab 19.0 and newer). */
  readonly signingToken: string | null;
  readonly events: ReadonlySet<HookEvent>;
  readonly enableSslVerification: boolean;
  readonly pushEventsBranchFilter: string | null;
  readonly branchFilterStrategy: string;
  readonly customWebhookTemplate: string | null;
  readonly customHeaders: readonly { readonly key: string; readonly value: string }[];
  readonly recentFailures: number;
  readonly backoffCount: number;
  readonly disabledUntil: Date | null;
  readonly createdAt: Date;
}

/** One delivery as GitLab lists it under a hook's recent events. */
export interface Delivery {
  readonly id: number;
  readonly hookId: number;
  readonly url: string;
  /** `note_hooks`, `issue_hooks`, … */
  readonly trigger: string;
  readonly requestHeaders: Readonly<Record<string, string>>;
  readonly requestBody: string;
  readonly responseHeaders: Readonly<Record<string, string>>;
  /** What the receiver answered, cut at 8 KB. */
  readonly responseBody: string;
  /** Seconds. */
  readonly executionDuration: number;
  /** The HTTP status as text, or `internal error` where there was no answer. */
  readonly responseStatus: string;
  readonly idempotencyKey: string;
  readonly createdAt: Date;
}
