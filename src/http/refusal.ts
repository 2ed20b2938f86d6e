import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import type { DeliveryObserver } from '../observability/delivery-observer.ts';
import type { DeliveryOutcome, Metrics } from '../observability/metrics.ts';
import { sendError } from './errors.ts';

/** Why a delivery is not taken. */
export interface Refusal {
  readonly status: number;
  readonly outcome: DeliveryOutcome;
  readonly code: string;
  /** Names neither a value nor which of token, signature and project was wrong. */
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export const FORBIDDEN: Refusal = {
  status: 403,
  outcome: 'forbidden',
  code: 'forbidden',
  message:
    'Deliveries are not taken from this address. Compare it with webhook.allowFrom, and behind a reverse proxy with server.trustProxy.',
};

export const UNAUTHORIZED: Refusal = {
  status: 401,
  outcome: 'unauthorized',
  code: 'unauthorized',
  message:
    'The delivery has no token and no signature that is accepted for it. Compare the secret of the webhook in GitLab with the ones in the config under webhook.',
};

export const REPLAYED: Refusal = {
  status: 401,
  outcome: 'replayed',
  code: 'replayed',
  message: 'This very delivery was here already. GitLab sends with a new timestamp when it sends again.',
};

export const NO_JSON_TYPE: Refusal = {
  status: 415,
  outcome: 'unreadable',
  code: 'unsupported_media_type',
  message: 'The body has to be application/json.',
};

export const NO_JSON: Refusal = {
  status: 400,
  outcome: 'unreadable',
  code: 'invalid_json',
  message: 'The body is not valid JSON.',
};

export const BAD_REQUEST: Refusal = {
  status: 400,
  outcome: 'unreadable',
  code: 'bad_request',
  message: 'The request could not be read.',
};

/** Nobody is there any more to read it. */
export const ABORTED: Refusal = {
  ...BAD_REQUEST,
  outcome: 'aborted',
  code: 'aborted',
};

export const TOO_LARGE: Refusal = {
  status: 413,
  outcome: 'too_large',
  code: 'body_too_large',
  message: 'The body is over 25 MB, which GitLab itself never sends.',
};

export const QUEUE_AWAY: Refusal = {
  status: 503,
  outcome: 'unavailable',
  code: 'queue_unavailable',
  message: 'The queue cannot take a run at the moment. Send the delivery again later.',
  headers: { 'retry-after': '10' },
};

/** Of an address that was wrong too often; `seconds` until it may be wrong again. */
export function tooMany(seconds: number): Refusal {
  return {
    status: 429,
    outcome: 'too_many',
    code: 'too_many_requests',
    message: 'This address was wrong too often. Try again later.',
    headers: { 'retry-after': String(seconds) },
  };
}

/**
 * Answers a delivery that is not taken. The log has nothing of what came with it but the address, and the project once
 * the delivery is known to be that project's.
 */
export function refuse(
  { request, reply, project }: { request: FastifyRequest; reply: FastifyReply; project: string | undefined },
  refusal: Refusal,
  {
    metrics,
    log,
    observer,
  }: { readonly metrics: Metrics; readonly log: Logger; readonly observer: DeliveryObserver },
): FastifyReply {
  const { status, outcome, code, message, headers } = refusal;
  metrics.deliveries.inc({ outcome });
  const about = { address: request.ip, code, ...(project === undefined ? {} : { project }) };
  // Whoever is over the limit is not to fill log and audit stream; the metric counts them.
  if (outcome === 'too_many') log.debug(about, 'delivery refused');
  else {
    log.warn(about, 'delivery refused');
    observer.turnedAway({ code, from: request.ip });
  }
  return sendError(reply, status, code, message, headers);
}
