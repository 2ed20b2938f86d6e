import type { Dispatcher } from 'undici';

/** Milliseconds that a request may wait for a connection. */
const MOST_WAIT = 3_000;

/**
 * Sends no request that waited long for its connection. While it waited the process may have slept, and another may
 * have done what is asked for here; whoever asked has to look again.
 */
export const punctual: Dispatcher.DispatcherComposeInterceptor = (dispatch) => (options, handler) => {
  const asked = Date.now();
  return dispatch(options, {
    onRequestStart(controller, context) {
      if (Date.now() - asked > MOST_WAIT) throw new Error('the request waited too long for a connection');
      handler.onRequestStart?.(controller, context);
    },
    onResponseStart: (...answer) => handler.onResponseStart?.(...answer),
    onResponseData: (...answer) => handler.onResponseData?.(...answer),
    onResponseEnd: (...answer) => handler.onResponseEnd?.(...answer),
    onResponseError: (...answer) => handler.onResponseError?.(...answer),
  });
};
