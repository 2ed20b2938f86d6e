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
    try {
      const answer = await dispatcher.request({
        origin,
        path: `${pathname}${search}`,
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json', 'user-agent': 'beckon' },
        body,
        signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT)]),
      });
      answer.body.on('error', () => {}).destroy();
      const { statusCode: status } = answer;
      return status >= 200 && status <= 299 ? undefined : `it answered ${status}`;
    } catch (error) {
      return error instanceof Error && error.name === 'TimeoutError'
        ? 'no answer in time'
        : oneLine(hideSecrets(messageOf(error)), 200);
    }
  };
}
