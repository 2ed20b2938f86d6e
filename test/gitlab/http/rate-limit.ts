/** How many requests a user may make in a minute. */
export interface RateLimits {
  /** All API requests; GitLab.com allows 2,000, a self-managed GitLab has no limit unless its admin sets one. */
  readonly api: number;
  /** Notes made; 300 on a self-managed GitLab. */
  readonly notes: number;
  /** Test deliveries of webhooks in one project; 5 unless its admin allows more. */
  readonly hookTests: number;
  /** Deliveries of webhooks sent again in one project; 5 as well. */
  readonly hookResends: number;
}

/** What the rate limiter says about one request. */
export type RateVerdict =
  | { readonly kind: 'pass'; readonly headers: Readonly<Record<string, string>> }
  | { readonly kind: 'throttled'; readonly headers: Readonly<Record<string, string>> }
  | { readonly kind: 'application_limit'; readonly headers: Readonly<Record<string, string>> };

/** Counts requests in windows of a minute, as Rack::Attack and the application limits do. */
export function createRateLimiter(limits: RateLimits, { now }: { now: () => Date }) {
  const counts = new Map<string, number>();
  const hit = (key: string, minute: number) => {
    const count = (counts.get(`${key}@${minute}`) ?? 0) + 1;
    if (count === 1) for (const old of counts.keys()) if (!old.endsWith(`@${minute}`)) counts.delete(old);
    counts.set(`${key}@${minute}`, count);
    return count;
  };
  const ofRequest = (request: { readonly who: string; readonly makesNote: boolean }): RateVerdict => {
    const time = now().getTime();
    const minute = Math.floor(time / 60_000);
    const reset = (minute + 1) * 60;
    const observed = hit(`api ${request.who}`, minute);
    const headers = {
      'ratelimit-limit': String(limits.api),
      'ratelimit-name': 'throttle_authenticated_api',
      'ratelimit-observed': String(observed),
      'ratelimit-remaining': String(Math.max(0, limits.api - observed)),
      'ratelimit-reset': String(reset),
    };
    if (observed > limits.api) {
      const retryAfter = String(Math.max(1, reset - Math.floor(time / 1000)));
      const resetTime = new Date(reset * 1000).toUTCString();
      return {
        kind: 'throttled',
        headers: { ...headers, 'ratelimit-resettime': resetTime, 'retry-after': retryAfter },
      };
    }
    // The application's own limits do not announce themselves beforehand.
    if (request.makesNote && hit(`notes ${request.who}`, minute) > limits.notes)
      return { kind: 'application_limit', headers: { ...headers, 'retry-after': '60' } };
    return { kind: 'pass', headers };
  };
  /** Whether the use of an endpoint with a limit of its own is one too many. */
  const isOneTooMany = (endpoint: 'hookTests' | 'hookResends', scope: string): boolean => {
    const minute = Math.floor(now().getTime() / 60_000);
    return hit(`${endpoint} ${scope}`, minute) > limits[endpoint];
  };
  return { ofRequest, isOneTooMany };
}
