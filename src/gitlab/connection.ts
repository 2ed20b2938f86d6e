import type { createRequester } from './requester.ts';

/** What gitbeaker's resources are constructed with. */
export interface ResourceConnection {
  /** GitLab's base URL without a slash at the end. */
  readonly host: string;
  readonly token: () => Promise<string>;
  /** Milliseconds. */
  readonly queryTimeout: number;
  readonly requesterFn: ReturnType<typeof createRequester>;
}
