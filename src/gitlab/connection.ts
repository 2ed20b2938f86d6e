import type { Dispatcher } from 'undici';
import type { Secret } from '../lib/secret.ts';
import { type Traced, untraced } from '../lib/traced.ts';
import { createRequester, type OnRequest } from './requester.ts';

/** Milliseconds for one request with its answer. GitLab itself gives up on a request after 60 s. */
const REQUEST_TIMEOUT = 30_000;

/** What gitbeaker's resources are constructed with. */
export interface ResourceConnection {
  /** GitLab's base URL without a slash at the end. */
  readonly host: string;
  readonly token: () => Promise<string>;
  /** Milliseconds. */
  readonly queryTimeout: number;
  readonly requesterFn: ReturnType<typeof createRequester>;
}

/** An account of a GitLab. */
export interface Login {
  /** GitLab's base URL without a slash at the end. */
  readonly url: string;
  readonly token: Secret;
}

/** What requests are sent with, and who is told of them. */
export interface Wire {
  readonly dispatcher: Dispatcher;
  readonly onRequest: OnRequest;
  readonly traced?: Traced;
  /** Milliseconds for one request with its answer; 30 s where left out. */
  readonly timeout?: number;
}

/** What all resources of one account share. With `tail`, answers are read to their last so many bytes. */
export function connectionOf(
  { url, token }: Login,
  { dispatcher, onRequest, traced = untraced, timeout = REQUEST_TIMEOUT }: Wire,
  options: { tail?: number } = {},
): ResourceConnection {
  return {
    host: url,
    token: async () => token.reveal(),
    queryTimeout: timeout,
    requesterFn: createRequester(dispatcher, onRequest, { ...options, traced }),
  };
}
