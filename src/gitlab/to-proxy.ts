import { type Dispatcher, Pool } from 'undici';
import { BeckonError } from '../lib/errors.ts';

/** Milliseconds that a proxy may take to say whether it lets a connection through; its own attempt is part of that. */
const MOST_WAIT = 20_000;

/** The connections to a proxy, over which it is asked to let others through. */
export function connectionsToProxy(origin: URL, options: object): Dispatcher {
  return new Pool(origin, { ...options, headersTimeout: MOST_WAIT }).compose(failing);
}

/**
 * Makes a fault of a proxy that hangs up without an answer. undici would take it for a connection that closed while
 * nothing was asked over it, and open the next one at once, for ever, with whoever asked waiting beyond any time limit.
 */
const failing: Dispatcher.DispatcherComposeInterceptor = (dispatch) => (options, handler) =>
  dispatch(options, {
    onRequestStart: (...start) => handler.onRequestStart?.(...start),
    onRequestUpgrade: (...upgrade) => handler.onRequestUpgrade?.(...upgrade),
    onResponseStart: (...answer) => handler.onResponseStart?.(...answer),
    onResponseData: (...answer) => handler.onResponseData?.(...answer),
    onResponseEnd: (...answer) => handler.onResponseEnd?.(...answer),
    onResponseError: (controller, error) =>
      handler.onResponseError?.(controller, isHangUp(error) ? hungUp() : error),
  });

function isHangUp(error: Error): boolean {
  return 'code' in error && error.code === 'UND_ERR_SOCKET';
}

function hungUp(): BeckonError {
  return new BeckonError('ERR_PROXY_CLOSED', 'the proxy closed the connection without an answer');
}
