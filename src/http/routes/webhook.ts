import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { aboutOf, type Deliveries, decisionOf, outcomeOf } from '../../admin/deliveries.ts';
import type { Config, WebhookSecrets } from '../../config/config.ts';
import { secretsFor } from '../../config/webhook-secrets.ts';
import { projectPathIn } from '../../events/project-path.ts';
import { type Subject, subjectOf } from '../../events/subject.ts';
import { BeckonError } from '../../lib/errors.ts';
import type { DeliveryObserver } from '../../observability/delivery-observer.ts';
import type { Metrics } from '../../observability/metrics.ts';
import type { ClaimDelivery } from '../../queue/claims.ts';
import type { Receive, Received } from '../../receive.ts';
import { header, mayBeProven, type Proof, proofOf } from '../proof.ts';
import {
  ABORTED,
  BAD_REQUEST,
  FORBIDDEN,
  NO_JSON,
  NO_JSON_TYPE,
  QUEUE_AWAY,
  REPLAYED,
  type Refusal,
  refuse,
  TOO_LARGE,
  tooMany,
  UNAUTHORIZED,
} from '../refusal.ts';
import { createCountStranger } from '../strangers.ts';

/** Who may deliver, and what takes the deliveries. */
export interface Intake {
  readonly webhook: Config['webhook'];
  readonly receive: Receive;
}

export interface WebhookTools {
  /** As it is now. */
  readonly intake: () => Intake;
  readonly claim: ClaimDelivery;
  readonly metrics: Metrics;
  readonly observer: DeliveryObserver;
  readonly deliveries: Pick<Deliveries, 'add'>;
  readonly log: Logger;
}

/** GitLab's own limit for the body of a webhook. */
const MAX_BODY = 25 * 1024 * 1024;

/** The name under which a request keeps what it is about, once it is known to come from the project that it names. */
const SUBJECT = 'provenSubject';

/**
 * `POST /webhooks/gitlab`. GitLab waits ten seconds, shows the answer under the hook's recent events, does not
 * send again what failed, and switches a hook off after four failures. So whatever GitLab sent rightly gets a
 * 2xx that says what became of it.
 *
 * A signed delivery that would do something is taken once. What has a token only can be sent again by whoever saw it:
 * the ids of runs and commands are functions of what happened in GitLab, and what is older than `limits.maxEventAge` is
 * ignored, so nothing is done twice.
 */
export async function webhookRoutes(app: FastifyInstance, tools: WebhookTools): Promise<void> {
  const countStranger = createCountStranger(app);
  // The raw body is what a signature is made over, so it is kept as it came and parsed only once it is trusted.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: MAX_BODY }, (_request, body, done) =>
    done(null, body),
  );
  app.decorateRequest(SUBJECT);
  app.setErrorHandler((error, request, reply) => answerError(error, { request, reply }, tools));

  function turnAway(request: FastifyRequest, reply: FastifyReply, refusal: Refusal): FastifyReply {
    const subject = request.getDecorator<Subject | undefined>(SUBJECT);
    return refuse({ request, reply, subject }, refusal, tools);
  }

  /** Whatever is wrong about the proof, the answer is the same. */
  async function refuseStranger(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const seconds = await countStranger(request);
    return turnAway(request, reply, seconds === undefined ? UNAUTHORIZED : tooMany(seconds));
  }

  app.post(
    '/webhooks/gitlab',
    {
      bodyLimit: MAX_BODY,
      onRequest: async (request, reply) => {
        // Before the body is read: strangers are not to make us hold 25 MB.
        // The address is read at once: node knows it later only if it was asked while the connection was there.
        const { ip } = request;
        const { webhook } = tools.intake();
        if (webhook.allowFrom?.(ip) === false) return turnAway(request, reply, FORBIDDEN);
        if (!mayBeProven(request, webhook)) return refuseStranger(request, reply);
      },
      onResponse: async (_request, reply) => {
        tools.metrics.ackSeconds.observe(reply.elapsedTime / 1000);
      },
    },
    async (request, reply) => {
      const { webhook, receive } = tools.intake();
      const proofs = new Map<WebhookSecrets, Proof | undefined>(
        [webhook, ...webhook.projectSecrets].map((secrets) => [secrets, proofOf(request, secrets)] as const),
      );
      if ([...proofs.values()].every((proof) => proof === undefined)) return refuseStranger(request, reply);
      const contentType = header(request, 'content-type') ?? '';
      if (!/^application\/(?:[\w.+-]+\+)?json\b/i.test(contentType)) {
        return turnAway(request, reply, NO_JSON_TYPE);
      }
      const payload = parseJson(request.body);
      if (payload === undefined) return turnAway(request, reply, NO_JSON);
      // The secrets that were right may be those of another project.
      const project = projectPathIn(payload);
      const proof = proofs.get(secretsFor(webhook, project));
      if (proof === undefined) return refuseStranger(request, reply);
      const subject = subjectOf(payload);
      request.setDecorator(SUBJECT, subject);

      const event = header(request, 'x-gitlab-event');
      const claim = proof.by === 'signature' ? () => tools.claim(proof.head) : undefined;
      const received = await receive({ event, payload }, claim);
      if (received.status === 'replayed') return turnAway(request, reply, REPLAYED);
      if (received.status === 'unreadable') {
        return turnAway(request, reply, { ...NO_JSON, code: 'no_gitlab_event', message: received.reason });
      }
      return answer(received, { request, reply, subject, tools });
    },
  );
}

function answer(
  received: Extract<Received, { status: 'accepted' | 'ignored' }>,
  {
    request,
    reply,
    subject,
    tools,
  }: { request: FastifyRequest; reply: FastifyReply; subject: Subject; tools: WebhookTools },
): FastifyReply {
  const outcome = outcomeOf(received);
  const ms = Math.round(reply.elapsedTime);
  tools.deliveries.add({ ...aboutOf(subject), ...decisionOf(received, subject), by: 'delivery', ms });
  tools.metrics.deliveries.inc({ outcome });
  tools.log.info(
    {
      event: header(request, 'x-gitlab-event'),
      delivery: header(request, 'idempotency-key') ?? header(request, 'x-gitlab-webhook-uuid'),
      outcome,
      ...(received.status === 'ignored'
        ? { reason: received.reason }
        : { runs: received.runs.map((run) => run.id) }),
      ms,
    },
    'delivery answered',
  );
  return reply.code(received.status === 'accepted' ? 202 : 200).send(received);
}

function answerError(
  error: unknown,
  { request, reply }: { request: FastifyRequest; reply: FastifyReply },
  tools: WebhookTools,
): FastifyReply {
  const subject = request.getDecorator<Subject | undefined>(SUBJECT);
  const refusal = refusalOf(error);
  if (refusal !== undefined) {
    if (refusal === QUEUE_AWAY) tools.log.error({ err: error }, 'queue cannot take a run');
    return refuse({ request, reply, subject }, refusal, tools);
  }
  tools.metrics.deliveries.inc({ outcome: 'failed' });
  tools.deliveries.add({ ...(subject && aboutOf(subject)), by: 'delivery', outcome: 'failed' });
  throw error;
}

/** What is to be answered to an error; `undefined`: a fault of our own. */
function refusalOf(error: unknown): Refusal | undefined {
  if (error instanceof BeckonError && error.code === 'queue_unavailable') return QUEUE_AWAY;
  if (!(error instanceof Error)) return undefined;
  const { code, statusCode } = error as Error & { code?: unknown; statusCode?: unknown };
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return TOO_LARGE;
  // Whoever sent it went away, or was too slow, before the body was whole.
  if (code === 'ECONNRESET') return ABORTED;
  return typeof statusCode === 'number' && statusCode < 500 ? BAD_REQUEST : undefined;
}

function parseJson(body: unknown): unknown {
  if (!Buffer.isBuffer(body)) return undefined;
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
