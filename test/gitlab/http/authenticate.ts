import type { IncomingHttpHeaders } from 'node:http';
import type { WorldContext } from '../world/context.ts';
import type { Token, User } from '../world/records-people.ts';
import { forbidden, Refusal } from '../world/refusal.ts';
import type { Endpoint } from './call.ts';

/** Who asks; both `undefined` for a request without a token. */
export interface Caller {
  readonly user: User | undefined;
  readonly token: Token | undefined;
}

/** An OAuth-style refusal, which GitLab answers in another shape than the rest. */
export class TokenRefused extends Error {
  readonly status: 401 | 403;
  readonly body: Readonly<Record<string, string>>;

  constructor(status: 401 | 403, body: Readonly<Record<string, string>>) {
    super(body.error_description ?? 'refused');
    this.status = status;
    this.body = body;
  }
}

/** Reads `PRIVATE-TOKEN`, `JOB-TOKEN` or `Authorization: Bearer` and finds who that is. */
export function authenticate(headers: IncomingHttpHeaders, { state, now }: WorldContext): Caller {
  const bearer = /^Bearer\s+(.+)$/i.exec(headers.authorization ?? '')?.[1];
  const personal = header(headers, 'private-token') ?? bearer;
  const given = personal ?? header(headers, 'job-token');
  if (given === undefined) return { user: undefined, token: undefined };
  const kind = personal === undefined ? 'job' : 'personal';
  const token = [...state.tokens.values()].find((known) => known.value === given && known.kind === kind);
  if (token === undefined) throw new Refusal('unauthorized', '401 Unauthorized');
  if (token.revoked)
    throw new TokenRefused(401, {
      error: 'invalid_token',
      error_description: 'Token was revoked. You have to re-authorize from the user.',
    });
  if (token.expiresAt !== null && token.expiresAt <= now())
    throw new TokenRefused(401, {
      error: 'invalid_token',
      error_description: 'Token is expired. You can either do re-authorization or token refresh.',
    });
  const user = state.users.get(token.userId);
  if (user === undefined) throw new Refusal('unauthorized', '401 Unauthorized');
  if (user.state === 'blocked') throw forbidden('Your account has been blocked.');
  return { user, token };
}

/** Checks a token's scopes against what an endpoint does. */
export function checkScope(token: Token | undefined, endpoint: Endpoint): void {
  if (token === undefined || endpoint.anyScope === true) return;
  if (token.kind === 'job') {
    if (endpoint.method === 'GET') return;
    throw new Refusal('unauthorized', '401 Unauthorized');
  }
  const reading = endpoint.method === 'GET';
  const file = endpoint.path.includes('/repository/files/');
  const needed = [
    'api',
    ...(reading ? ['read_api'] : []),
    ...(reading && file ? ['read_repository'] : []),
    ...(reading && endpoint.path === '/user' ? ['read_user'] : []),
    ...(reading && endpoint.path.startsWith('/users') ? ['read_user'] : []),
  ];
  if (token.scopes.some((scope) => needed.includes(scope))) return;
  throw new TokenRefused(403, {
    error: 'insufficient_scope',
    error_description: 'The request requires higher privileges than provided by the access token.',
    scope: needed.join(' '),
  });
}

function header(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}
