import type { FastifyReply } from 'fastify';
import { hideSecrets } from '../lib/secret.ts';

/** Answers with an error as the contract words it: a code for programs, a sentence for people, which holds no secret. */
export function sendError(
  reply: FastifyReply,
  status: number,
  code: string,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): FastifyReply {
  return reply
    .code(status)
    .headers(headers)
    .send({ error: { code, message: hideSecrets(message) } });
}
