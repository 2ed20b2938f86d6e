import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { aboutOf, type Deliveries, type DeliveryOutcome } from '../admin/deliveries.ts';
import type { Subject } from '../events/subject.ts';
import type { DeliveryObserver } from '../observability/delivery-observer.ts';
import type { Metrics } from '../observability/metrics.ts';
import { elapsed } from './elapsed.ts';
import { sendError } from './errors.ts';

/** Why a delivery is not taken. */
export interface Refusal {
  readonly status: number;
  readonly outcome: DeliveryOutcome;
  readonly code: string;
  /** Names neither a value nor which of token, signature and project was wrong. */
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Too many alike come to tell of each of them. */
  readonly isQuiet?: boolean;
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
  // Else all of it would be read before the next request.
  headers: { connection: 'close' },
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

/** Counts a delivery that is being answered, and how long it took. */
export function countAnswer(
  { deliveries, ackSeconds }: Pick<Metrics, 'deliveries' | 'ackSeconds'>,
  outcome: DeliveryOutcome,
  request: FastifyRequest,
): void {
  deliveries.inc({ outcome });
  ackSeconds.observe(elapsed(request) / 1_000);
}

/** While more is under way than this process may hold; `isTold`: somebody is to be told of it now. */
export function overloaded(isTold: boolean): Refusal {
  return {
    status: 503,
    outcome: 'overloaded',
    code: 'overloaded',
    message: 'Too much is under way here at the moment. Send the delivery again later.',
    headers: { 'retry-after': '10' },
    isQuiet: !isTold,
  };
}

/**
 * Answers a delivery that is not taken. Nothing is kept of what came with it but the address, and what it is about once
 * it is known to be from the project that it names.
 */
export function refuse(
  { request, reply, subject }: { request: FastifyRequest; reply: FastifyReply; subject: Subject | undefined },
  refusal: Refusal,
  {
    metrics,
    log,
    observer,
    deliveries,
  }: {
    readonly metrics: Metrics;
    readonly log: Logger;
    readonly observer: DeliveryObserver;
    readonly deliveries: Pick<Deliveries, 'add'>;
  },
): FastifyReply {
  const { status, outcome, code, message, headers, isQuiet = false } = refusal;
  countAnswer(metrics, outcome, request);
  const about = {
    address: request.ip,
    code,
    ...(subject?.project === undefined ? {} : { project: subject.project }),
  };
  // What comes in a flood is not to fill log, audit stream and list; the metric counts it.
  if (outcome === 'too_many' || isQuiet) log.debug(about, 'delivery refused');
  else {
    log.warn(about, 'delivery refused');
    observer.turnedAway({ code, from: request.ip });
    const whose = subject === undefined ? { from: request.ip } : aboutOf(subject);
    deliveries.add({
      ...whose,
      by: 'delivery',
      outcome,
      reason: message,
      ms: Math.round(elapsed(request)),
    });
  }
  return sendError(reply, status, code, message, headers);
}
