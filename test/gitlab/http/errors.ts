import { Refusal, type RefusalKind } from '../world/refusal.ts';
import { TokenRefused } from './authenticate.ts';
import { InvalidParameter } from './input.ts';

const statuses: Readonly<Record<RefusalKind, number>> = {
  bad_request: 400,
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  not_allowed: 405,
  conflict: 409,
  unprocessable: 422,
};

/** An endpoint's own limit was reached. */
export class TooOften extends Error {}

const tooOften = 'This endpoint has been requested too many times. Try again later.';

/** Turns an error into status and body as GitLab writes them. What nobody expected is a 500, like theirs. */
export function errorAnswer(error: unknown): {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
} {
  if (error instanceof TooOften)
    return { status: 429, body: { message: { error: tooOften } }, headers: { 'retry-after': '60' } };
  if (error instanceof Refusal) return { status: statuses[error.kind], body: { message: error.content } };
  if (error instanceof InvalidParameter) return { status: 400, body: { error: error.message } };
  if (error instanceof TokenRefused) return { status: error.status, body: error.body };
  const status = (error as { statusCode?: unknown }).statusCode;
  if (typeof status === 'number' && status >= 400 && status < 500)
    return { status, body: { error: error instanceof Error ? error.message : 'Bad Request' } };
  return { status: 500, body: { message: '500 Internal Server Error' } };
}
