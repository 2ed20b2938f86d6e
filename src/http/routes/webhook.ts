import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { isAcceptedSignature, isAcceptedToken } from '../../events/verify.ts';
import { BeckonError } from '../../lib/errors.ts';
import type { Secret } from '../../lib/secret.ts';
import type { DeliveryObserver } from '../../observability/delivery-observer.ts';
import type { Metrics } from '../../observability/metrics.ts';
import type { Receive, Received } from '../../receive.ts';
import { sendError } from '../errors.ts';

export interface WebhookTools {
  readonly receive: Receive;
  readonly secretTokens: readonly Secret[];
  readonly signingTokens: readonly Secret[];
  readonly metrics: Metrics;
  readonly observer: DeliveryObserver;
  readonly log: Logger;
}

/** GitLab's own limit for the body of a webhook. */
const MAX_BODY = 25 * 1024 * 1024;

/**
 * `POST /webhooks/gitlab`. GitLab waits ten seconds, shows the answer under the hook's recent events, does not
 * send again what failed, and switches a hook off after four failures. So whatever GitLab sent rightly gets a
 * 2xx that says what became of it.
 */
export async function webhookRoutes(app: FastifyInstance, tools: WebhookTools): Promise<void> {
  // The raw body is what a signature is made over, so it is kept as it came and parsed only once it is trusted.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: MAX_BODY }, (_request, body, done) =>
    done(null, body),
  );
  app.setErrorHandler((error, _request, reply) => answerError(error, reply, tools));
  app.post(
    '/webhooks/gitlab',
    {
      bodyLimit: MAX_BODY,
      onRequest: async (request, reply) => {
        // Before the body is read: strangers are not to make us hold 25 MB.
        if (hasAcceptedToken(request, tools) || mayBeSigned(request, tools)) return;
        return refuseStranger(reply, tools);
      },
      onResponse: async (_request, reply) => {
        tools.metrics.ackSeconds.observe(reply.elapsedTime / 1000);
      },
    },
    async (request, reply) => {
      const isKnown = hasAcceptedToken(request, tools) || hasAcceptedSignature(request, tools);
      if (!isKnown) return refuseStranger(reply, tools);
      const contentType = header(request, 'content-type') ?? '';
      if (!/^application\/(?:[\w.+-]+\+)?json\b/i.test(contentType)) {
        return refuse(reply, tools, {
          status: 415,
          outcome: 'unreadable',
          code: 'unsupported_media_type',
          message: 'The body has to be application/json.',
        });
      }
      const payload = parseJson(request.body);
      if (payload === undefined) {
        return refuse(reply, tools, {
          status: 400,
          outcome: 'unreadable',
          code: 'invalid_json',
          message: 'The body is not valid JSON.',
        });
      }
      const event = header(request, 'x-gitlab-event');
      return answer(await tools.receive({ event, payload }), { request, reply, tools });
    },
  );
}

function answer(
  received: Received,
  { request, reply, tools }: { request: FastifyRequest; reply: FastifyReply; tools: WebhookTools },
): FastifyReply {
  if (received.status === 'unreadable') {
    return refuse(reply, tools, {
      status: 400,
      outcome: 'unreadable',
      code: 'no_gitlab_event',
      message: received.reason,
    });
  }
  const isNew = received.status === 'accepted' && received.runs.some((run) => !run.duplicate);
  const outcome = received.status === 'ignored' ? 'ignored' : isNew ? 'accepted' : 'duplicate';
  tools.metrics.deliveries.inc({ outcome });
  tools.log.info(
    {
      event: header(request, 'x-gitlab-event'),
      delivery: header(request, 'idempotency-key') ?? header(request, 'x-gitlab-webhook-uuid'),
      outcome,
      ...(received.status === 'ignored'
        ? { reason: received.reason }
        : { runs: received.runs.map((run) => run.id) }),
      ms: Math.round(reply.elapsedTime),
    },
    'delivery answered',
  );
  return reply.code(received.status === 'accepted' ? 202 : 200).send(received);
}

function hasAcceptedToken(request: FastifyRequest, { secretTokens }: WebhookTools): boolean {
  return isAcceptedToken(header(request, 'x-gitlab-token'), secretTokens);
}

/** Whether it says that it is signed; the signature itself is over the body, which is not there yet. */
function mayBeSigned(request: FastifyRequest, { signingTokens }: WebhookTools): boolean {
  return signingTokens.length > 0 && header(request, 'webhook-signature') !== undefined;
}

function hasAcceptedSignature(request: FastifyRequest, { signingTokens }: WebhookTools): boolean {
  const headers = {
    'webhook-id': header(request, 'webhook-id'),
    'webhook-timestamp': header(request, 'webhook-timestamp'),
    'webhook-signature': header(request, 'webhook-signature'),
  };
  return Buffer.isBuffer(request.body) && isAcceptedSignature(request.body, headers, signingTokens);
}

function refuseStranger(reply: FastifyReply, tools: WebhookTools): FastifyReply {
  return refuse(reply, tools, {
    status: 401,
    outcome: 'unauthorized',
    code: 'unauthorized',
    message:
      'The delivery has neither an accepted X-Gitlab-Token nor an accepted signature. Compare the secret of the webhook in GitLab with webhook.secretTokens and webhook.signingTokens.',
  });
}

interface Refusal {
  readonly status: number;
  readonly outcome: 'unauthorized' | 'unreadable' | 'too_large' | 'unavailable';
  readonly code: string;
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
}

function refuse(
  reply: FastifyReply,
  { metrics, log, observer }: WebhookTools,
  refusal: Refusal,
): FastifyReply {
  metrics.deliveries.inc({ outcome: refusal.outcome });
  log.warn({ outcome: refusal.outcome, code: refusal.code }, 'delivery refused');
  observer.turnedAway({ code: refusal.code, from: reply.request.ip });
  return sendError(reply, refusal.status, refusal.code, refusal.message, refusal.headers);
}

function answerError(error: unknown, reply: FastifyReply, tools: WebhookTools): FastifyReply {
  if (error instanceof BeckonError && error.code === 'queue_unavailable') {
    tools.log.error({ err: error }, 'queue cannot take a run');
    return refuse(reply, tools, {
      status: 503,
      outcome: 'unavailable',
      code: error.code,
      message: 'The queue cannot take a run at the moment. Send the delivery again later.',
      headers: { 'retry-after': '10' },
    });
  }
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    return refuse(reply, tools, {
      status: 413,
      outcome: 'too_large',
      code: 'body_too_large',
      message: 'The body is over 25 MB, which GitLab itself never sends.',
    });
  }
  throw error;
}

function parseJson(body: unknown): unknown {
  if (!Buffer.isBuffer(body)) return undefined;
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

function header(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}
