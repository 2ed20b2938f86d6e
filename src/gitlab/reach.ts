import type { Dispatcher } from 'undici';
import type { Reach } from '../check/ports.ts';
import { messageOf } from '../lib/errors.ts';
import { hideSecrets } from '../lib/secret.ts';
import { oneLine } from '../lib/text.ts';

/** Milliseconds for the answer. */
const TIMEOUT = 15_000;

/**
 * Looks who answers at GitLab's address. Without a token, as nobody knows yet who that is. `clock`: milliseconds.
 */
export async function reachGitLab(
  url: string,
  { dispatcher, clock }: { readonly dispatcher: Dispatcher; readonly clock: () => number },
): Promise<Reach> {
  const { origin, pathname } = new URL(`${url}/api/v4/version`);
  const begin = clock();
  try {
    const { statusCode, headers, body } = await dispatcher.request({
      origin,
      path: pathname,
      method: 'GET',
      headers: { 'user-agent': 'beckon', accept: 'application/json' },
      signal: AbortSignal.timeout(TIMEOUT),
    });
    await body.dump();
    const text = (name: string) => [headers[name]].flat()[0];
    const date = Date.parse(text('date') ?? '');
    return {
      kind: 'answer',
      status: statusCode,
      isJson: text('content-type')?.includes('json') === true,
      location: text('location'),
      clockAhead: Number.isNaN(date) ? undefined : date - (begin + clock()) / 2,
    };
  } catch (error) {
    const code =
      error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
    // Of the words of OpenSSL only the reason.
    const words = messageOf(error).replace(/^.*:SSL routines:[^:]*:([^:]*):[\s\S]*$/, '$1');
    return { kind: 'silence', code, detail: oneLine(hideSecrets(words), 200) };
  }
}
