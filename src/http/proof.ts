import type { FastifyRequest } from 'fastify';
import type { Config, WebhookSecrets } from '../config/config.ts';
import {
  isAcceptedSignature,
  isAcceptedToken,
  type SignatureHeaders,
  timestampOf,
} from '../events/verify.ts';
import type { SignedHead } from '../queue/claims.ts';

/** How a delivery proves that it is GitLab's. */
export type Proof = { readonly by: 'token' } | { readonly by: 'signature'; readonly head: SignedHead };

/** Those whose token a delivery has: what its headers prove. Compares with all, so that the time does not tell which. */
export function provenByToken(
  request: FastifyRequest,
  webhook: Config['webhook'],
): readonly WebhookSecrets[] {
  const token = header(request, 'x-gitlab-token');
  return everySecret(webhook).filter(({ secretTokens }) => isAcceptedToken(token, secretTokens));
}

/** Whether a delivery says that it is signed, which only its body can prove. */
export function mayBeSigned(request: FastifyRequest, webhook: Config['webhook']): boolean {
  return (
    header(request, 'webhook-signature') !== undefined &&
    everySecret(webhook).some(({ signingTokens }) => signingTokens.length > 0)
  );
}

/**
 * What proves a delivery, by the secrets that it is proven by; the signature where it has both. `byToken`: what
 * {@link provenByToken} found. Tries all signing tokens over the raw body, so that the time does not tell which was right.
 */
export function proofsOf(
  request: FastifyRequest,
  webhook: Config['webhook'],
  byToken: readonly WebhookSecrets[],
): ReadonlyMap<WebhookSecrets, Proof> {
  const proofs = new Map<WebhookSecrets, Proof>(byToken.map((secrets) => [secrets, BY_TOKEN]));
  const { body } = request;
  if (!Buffer.isBuffer(body) || !mayBeSigned(request, webhook)) return proofs;
  const headers = signatureHeaders(request);
  for (const secrets of everySecret(webhook)) {
    if (isAcceptedSignature(body, headers, { accepted: secrets.signingTokens, now: Date.now() })) {
      const head = { id: headers['webhook-id'] ?? '', timestamp: timestampOf(headers) };
      proofs.set(secrets, { by: 'signature', head });
    }
  }
  return proofs;
}

const BY_TOKEN: Proof = { by: 'token' };

function everySecret(webhook: Config['webhook']): readonly WebhookSecrets[] {
  return webhook.projectSecrets.length === 0 ? [webhook] : [webhook, ...webhook.projectSecrets];
}

/** A header by its name in lower case; the first value where it stands several times. */
export function header(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

function signatureHeaders(request: FastifyRequest): SignatureHeaders {
  return {
    'webhook-id': header(request, 'webhook-id'),
    'webhook-timestamp': header(request, 'webhook-timestamp'),
    'webhook-signature': header(request, 'webhook-signature'),
  };
}
