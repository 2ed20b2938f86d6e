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

/**
 * Whether a delivery may be accepted, as far as its headers tell: it has a token that is accepted for some project, or
 * says that it is signed. The signature itself is over the body, which is not there yet.
 */
export function mayBeProven(request: FastifyRequest, webhook: Config['webhook']): boolean {
  const { secretTokens, signingTokens } = everySecret(webhook);
  const claimsSignature = signingTokens.length > 0 && header(request, 'webhook-signature') !== undefined;
  return isAcceptedToken(header(request, 'x-gitlab-token'), secretTokens) || claimsSignature;
}

/**
 * The proof of a delivery by these secrets, over its raw body; the stronger one where it has both. Always tries all
 * of them, so that the time taken does not tell which one was right.
 */
export function proofOf(
  request: FastifyRequest,
  { secretTokens, signingTokens }: WebhookSecrets,
): Proof | undefined {
  const headers = signatureHeaders(request);
  const { body } = request;
  const isSigned =
    Buffer.isBuffer(body) && isAcceptedSignature(body, headers, { accepted: signingTokens, now: Date.now() });
  const hasToken = isAcceptedToken(header(request, 'x-gitlab-token'), secretTokens);
  if (isSigned) {
    const head = { id: headers['webhook-id'] ?? '', timestamp: timestampOf(headers) };
    return { by: 'signature', head };
  }
  return hasToken ? { by: 'token' } : undefined;
}

/** All secrets that open anything. */
function everySecret(webhook: Config['webhook']): WebhookSecrets {
  const all = [webhook, ...webhook.projectSecrets];
  return {
    secretTokens: all.flatMap(({ secretTokens }) => secretTokens),
    signingTokens: all.flatMap(({ signingTokens }) => signingTokens),
  };
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
