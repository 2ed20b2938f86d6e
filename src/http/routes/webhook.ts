import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { aboutOf, type Decided, type Deliveries, decisionOf, outcomeOf } from '../../admin/deliveries.ts';
import type { Config, WebhookSecrets } from '../../config/config.ts';
import { secretsFor } from '../../config/webhook-secrets.ts';
import { projectPathIn } from '../../events/project-path.ts';
import { type Subject, subjectOf } from '../../events/subject.ts';
import type { DeliveryObserver } from '../../observability/delivery-observer.ts';
import type { Metrics } from '../../observability/metrics.ts';
import type { ClaimDelivery } from '../../queue/claims.ts';
import type { Receive } from '../../receive.ts';
import type { Skim } from '../../triggers/skim.ts';
import { elapsed, timeRequests } from '../elapsed.ts';
import { isJson, jsonOf, parseJson } from '../json.ts';
import { header, mayBeSigned, type Proof, proofsOf, provenByToken } from '../proof.ts';
import { MAX_BODY, NO_ROOM, rawBody } from '../raw-body.ts';
import {
  ABORTED,
  BAD_REQUEST,
  countAnswer,
  FORBIDDEN,
  NO_JSON,
  NO_JSON_TYPE,
  overloaded,
  QUEUE_AWAY,
  REPLAYED,
  type Refusal,
  refuse,
  TOO_LARGE,
  tooMany,
  UNAUTHORIZED,
} from '../refusal.ts';
import type { Place, Room } from '../room.ts';
import { createCountStranger } from '../strangers.ts';

/** Who may deliver, and what takes the deliveries. */
export interface Intake {
  readonly webhook: Config['webhook'];
  readonly receive: Receive;
  readonly skim: Skim;
}

export interface WebhookTools {
  /** As it is now. */
  readonly intake: () => Intake;
  readonly claim: ClaimDelivery;
  readonly room: Room;
  readonly metrics: Metrics;
  readonly observer: DeliveryObserver;
  readonly deliveries: Pick<Deliveries, 'add' | 'addInPassing'>;
  readonly log: Logger;
}

/** The name under which a request keeps what is known of the delivery. */
const KNOWN = 'delivery';

/** What is known of a delivery while it is on its way. */
interface Known {
  /** That by which it is taken: another config may come meanwhile. */
  readonly intake: Intake;
  readonly byToken: readonly WebhookSecrets[];
  readonly place: Place;
  /** What it is about, once it is known to come from the project that it names. */
  subject?: Subject;
}

/**
 * `POST /webhooks/gitlab`. GitLab waits ten seconds, shows the answer under the hook's recent events, does not
 * send again what failed, and switches a hook off after four failures. So whatever GitLab sent rightly gets a
 * 2xx that says what became of it.
 *
 * A signed delivery that would do something is taken once. What has a token only can be sent again by whoever saw it:
 * the ids of runs and commands are functions of what happened in GitLab, and what is older than `limits.maxEventAge` is
 * ignored, so nothing is done twice.
 *
 * Nine in ten deliveries concern nobody. Until that is known nothing here waits for anything: not for a promise either.
 */
export async function webhookRoutes(app: FastifyInstance, tools: WebhookTools): Promise<void> {
  timeRequests(app);
  const countStranger = createCountStranger(app);
  // The raw body is what a signature is made over, so it is kept as it came and parsed only once it is trusted.
  rawBody(app, (request) => (knownOf(request) as Known).place);
  app.decorateRequest(KNOWN);
  app.setErrorHandler((error, request, reply) => answerError(error, { request, reply }, tools));

  function turnAway(request: FastifyRequest, reply: FastifyReply, refusal: Refusal): FastifyReply {
    return refuse({ request, reply, subject: knownOf(request)?.subject }, refusal, tools);
  }

  /** Whatever is wrong about the proof, the answer is the same. */
  async function refuseStranger(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const seconds = await countStranger(request);
    return turnAway(request, reply, seconds === undefined ? UNAUTHORIZED : tooMany(seconds));
  }

  function refuseForRoom(request: FastifyRequest, reply: FastifyReply): FastifyReply {
    return turnAway(request, reply, overloaded(tools.room.turnedAway()));
  }

  function takeDelivery(request: FastifyRequest, reply: FastifyReply): FastifyReply | Promise<FastifyReply> {
    if (request.body === NO_ROOM) return refuseForRoom(request, reply);
    const known = knownOf(request) as Known;
    const { webhook, skim } = known.intake;
    const proofs = proofsOf(request, webhook, known.byToken);
    if (proofs.size === 0) return refuseStranger(request, reply);
    if (!isJson(header(request, 'content-type'))) return turnAway(request, reply, NO_JSON_TYPE);
    const body = bodyOf(request);
    // Of which project it is only parsing tells, and the secrets that were right may be those of another.
    const skimmed = webhook.projectSecrets.length === 0 ? skim(body) : undefined;
    if (skimmed === undefined) return read(request, reply, proofs);
    const ms = Math.round(elapsed(request));
    tools.deliveries.addInPassing(() => {
      const subject = subjectOf(parseJson(body));
      return { ...aboutOf(subject), ...decisionOf(skimmed, subject), by: 'delivery', ms };
    });
    tellOf(skimmed, { request, ms, tools });
    return reply.type('application/json; charset=utf-8').send(jsonOf(skimmed));
  }

  async function read(
    request: FastifyRequest,
    reply: FastifyReply,
    proofs: ReadonlyMap<WebhookSecrets, Proof>,
  ): Promise<FastifyReply> {
    const known = knownOf(request) as Known;
    const { webhook, receive } = known.intake;
    const payload = parseJson(bodyOf(request));
    if (payload === undefined) return turnAway(request, reply, NO_JSON);
    const proof = proofs.get(secretsFor(webhook, projectPathIn(payload)));
    if (proof === undefined) return refuseStranger(request, reply);
    const subject = subjectOf(payload);
    known.subject = subject;

    const claim = proof.by === 'signature' ? () => tools.claim(proof.head) : undefined;
    const received = await receive({ event: header(request, 'x-gitlab-event'), payload }, claim);
    if (received.status === 'replayed') return turnAway(request, reply, REPLAYED);
    if (received.status === 'unreadable') {
      return turnAway(request, reply, { ...NO_JSON, code: 'no_gitlab_event', message: received.reason });
    }
    const ms = Math.round(elapsed(request));
    tools.deliveries.add({ ...aboutOf(subject), ...decisionOf(received, subject), by: 'delivery', ms });
    tellOf(received, { request, ms, tools });
    return reply.code(received.status === 'accepted' ? 202 : 200).send(received);
  }

  app.post(
    '/webhooks/gitlab',
    {
      onRequest: (request, reply, done) => {
        // Before the body is read: strangers are not to make us hold 25 MB.
        // The address is read at once: node knows it later only if it was asked while the connection was there.
        const { ip } = request;
        const intake = tools.intake();
        if (intake.webhook.allowFrom?.(ip) === false) return void turnAway(request, reply, FORBIDDEN);
        const byToken = provenByToken(request, intake.webhook);
        if (byToken.length === 0 && !mayBeSigned(request, intake.webhook)) {
          return void refuseStranger(request, reply).catch(done);
        }
        const declared = Number(request.headers['content-length'] ?? 0);
        if (declared > MAX_BODY) return void turnAway(request, reply, TOO_LARGE);
        const place = tools.room.enter(declared);
        if (place === undefined) return void refuseForRoom(request, reply);
        request.setDecorator<Known>(KNOWN, { intake, byToken, place });
        done();
      },
      // Comes with every answer, also with one that nobody waits for any more.
      onSend: (request, _reply, payload, done) => {
        knownOf(request)?.place.leave();
        done(null, payload);
      },
    },
    takeDelivery,
  );
}

function knownOf(request: FastifyRequest): Known | undefined {
  return request.getDecorator<Known | undefined>(KNOWN);
}

function bodyOf({ body }: FastifyRequest): Buffer {
  return Buffer.isBuffer(body) ? body : Buffer.alloc(0);
}

function tellOf(
  received: Decided,
  { request, ms, tools }: { request: FastifyRequest; ms: number; tools: WebhookTools },
): void {
  const outcome = outcomeOf(received);
  countAnswer(tools.metrics, outcome, request);
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
}

function answerError(
  error: unknown,
  { request, reply }: { request: FastifyRequest; reply: FastifyReply },
  tools: WebhookTools,
): FastifyReply {
  const subject = knownOf(request)?.subject;
  const refusal = refusalOf(error);
  if (refusal !== undefined) {
    if (refusal === QUEUE_AWAY) tools.log.error({ err: error }, 'queue cannot take a run');
    return refuse({ request, reply, subject }, refusal, tools);
  }
  countAnswer(tools.metrics, 'failed', request);
  tools.deliveries.add({ ...(subject && aboutOf(subject)), by: 'delivery', outcome: 'failed' });
  throw error;
}

/** What is to be answered to an error; `undefined`: a fault of our own. */
function refusalOf(error: unknown): Refusal | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, statusCode } = error as Error & { code?: unknown; statusCode?: unknown };
  if (code === 'queue_unavailable') return QUEUE_AWAY;
  if (code === 'body_too_large') return TOO_LARGE;
  // Whoever sent it went away, or was too slow, before the body was whole.
  if (code === 'ECONNRESET' || code === 'aborted') return ABORTED;
  return typeof statusCode === 'number' && statusCode < 500 ? BAD_REQUEST : undefined;
}
