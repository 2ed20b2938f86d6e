import type { Dispatcher } from 'undici';
import { messageOf } from '../lib/errors.ts';
import { hideSecrets } from '../lib/secret.ts';
import { oneLine } from '../lib/text.ts';

/** Milliseconds for a request with its answer. */
const TIMEOUT = 10_000;

/** Sends a body to an address, once. Resolves with why it was not taken, or with `undefined` where it was. */
export type Post = (
  url: string,
  request: {
    readonly body: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly signal: AbortSignal;
  },
) => Promise<string | undefined>;

/** Follows no redirect: whoever answers with one could send us anywhere. Reads no answer but its status. */
export function createPost(dispatcher: Dispatcher): Post {
  return async (address, { body, headers, signal }) => {
    const { origin, pathname, search } = new URL(address);
    const ending = endingWith(signal);
    try {
      const answer = await dispatcher.request({
        origin,
        path: `${pathname}${search}`,
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json', 'user-agent': 'beckon' },
        body,
        signal: ending.signal,
      });
      answer.body.on('error', () => {}).destroy();
      const { statusCode: status } = answer;
      return status >= 200 && status <= 299 ? undefined : `it answered ${status}`;
    } catch (error) {
      return error instanceof Error && error.name === 'TimeoutError'
        ? 'no answer in time'
        : oneLine(hideSecrets(messageOf(error)), 200);
    } finally {
      ending.clear();
    }
  };
}

/**
 * A signal that aborts when the time is over, and when `signal` does. `AbortSignal.any` would be that, but Node can
 * collect the one of the time as garbage while somebody waits for both.
 */
function endingWith(signal: AbortSignal): { readonly signal: AbortSignal; clear(): void } {
  const both = new AbortController();
  const onAbort = () => both.abort(signal.reason);
  const timer = setTimeout(() => both.abort(new DOMException('no answer', 'TimeoutError')), TIMEOUT);
  signal.addEventListener('abort', onAbort);
  if (signal.aborted) onAbort();
  return {
    signal: both.signal,
    clear() {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    },
  };
}
