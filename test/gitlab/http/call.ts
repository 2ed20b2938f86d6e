import type { WorldContext } from '../world/context.ts';
import type { Token, User } from '../world/records-people.ts';

/** One API request, signed in and parsed. */
export interface Call {
  readonly context: WorldContext;
  readonly user: User | undefined;
  readonly token: Token | undefined;
  readonly params: Readonly<Record<string, string>>;
  /** Query and body together, as GitLab reads them. */
  readonly input: Readonly<Record<string, unknown>>;
  /** Whether this GitLab refuses webhooks to loopback and private addresses. */
  readonly refuseLocalHooks: boolean;
  /** Counts a use of an endpoint that each user may use a few times a minute in a project; refuses one too many. */
  readonly countUse: (endpoint: 'hookTests' | 'hookResends', projectId: number) => void;
  /** Sends a hook's test delivery or an old delivery again. */
  readonly webhooks: WebhookTools;
}

/** What the receiver answered, or why nothing was sent. */
export type SentAgain = { readonly status: string; readonly body: string } | { readonly refusal: string };

/** What the hook endpoints need of the webhook sender. */
export interface WebhookTools {
  test(hookId: number, trigger: string, userId: number): Promise<SentAgain>;
  resend(deliveryId: number): Promise<SentAgain>;
}

/** What an endpoint answers. */
export type Answer =
  | { readonly kind: 'json'; readonly status: number; readonly body: unknown }
  | { readonly kind: 'page'; readonly items: readonly unknown[]; readonly present: (item: never) => unknown }
  | {
      readonly kind: 'text';
      readonly text: string | Uint8Array;
      readonly headers?: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'empty' };

/** One route of the API; `path` is what follows `/api/v4`. */
export interface Endpoint {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly run: (call: Call) => Answer | Promise<Answer>;
  /** Works without signing in, where the subject is public. */
  readonly anonymous?: boolean;
  /** Works with any token, whatever its scopes. */
  readonly anyScope?: boolean;
}

export const ok = (body: unknown): Answer => ({ kind: 'json', status: 200, body });
export const created = (body: unknown): Answer => ({ kind: 'json', status: 201, body });
export const accepted = (body: unknown): Answer => ({ kind: 'json', status: 202, body });
export const empty: Answer = { kind: 'empty' };

/** A list, cut into pages by `page` and `per_page`; only what is on the page gets presented. */
export function page<T>(items: readonly T[], present: (item: T) => unknown): Answer {
  return { kind: 'page', items, present };
}
