import { createHash, hkdfSync, timingSafeEqual } from 'node:crypto';
import { parseCookie, stringifySetCookie } from 'cookie';
import type { FastifyRequest } from 'fastify';
import { jwtVerify, SignJWT } from 'jose';
import type { Secret } from '../lib/secret.ts';
import { header } from './proof.ts';

/** Who asks: somebody with the admin token. */
export interface Principal {
  readonly kind: 'operator';
}

/** What whoever has the admin token is called, in words for people. */
export const OPERATOR = 'the operator';

/** How long somebody stays signed in, in seconds. */
const LIFE = 12 * 3_600;
const NAME = 'beckon_session';

/** Knows who is behind a request, and remembers who signed in. Keeps nothing: any number of web processes agree. */
export interface Sessions {
  /** By the bearer token, else by the cookie; `undefined`: a stranger. */
  who(request: FastifyRequest): Promise<Principal | undefined>;
  /** Whether this is the admin token; compared in constant time. */
  isAdminToken(given: string): boolean;
  /** The value of `Set-Cookie` that signs somebody in. */
  open(principal: Principal): Promise<string>;
  /** The value of `Set-Cookie` that signs out. */
  close(): string;
}

/**
 * Sessions are signed tokens in a cookie that no script can read. Their key is made from the admin token, so that a
 * new admin token ends all of them.
 */
export function createSessions({
  adminToken,
  isSecure,
}: {
  readonly adminToken: Secret;
  /** The service is reached by https. */
  readonly isSecure: boolean;
}): Sessions {
  const key = new Uint8Array(hkdfSync('sha256', adminToken.reveal(), '', 'beckon session', 32));
  const isAdminToken = (given: string) => timingSafeEqual(digest(given), digest(adminToken.reveal()));
  const cookie = (value: string, maxAge: number) =>
    stringifySetCookie({
      name: NAME,
      value,
      maxAge,
      path: '/',
      httpOnly: true,
      secure: isSecure,
      // Links from GitLab's threads lead to pages here; what changes something is held to our own pages besides.
      sameSite: 'lax',
    });
  return {
    isAdminToken,
    async who(request) {
      const bearer = /^bearer +(\S+)$/i.exec(header(request, 'authorization') ?? '')?.[1];
      if (bearer !== undefined) return isAdminToken(bearer) ? { kind: 'operator' } : undefined;
      const token = parseCookie(header(request, 'cookie') ?? '')[NAME];
      if (token === undefined || !isFromOwnPage(request)) return undefined;
      try {
        await jwtVerify(token, key, { algorithms: ['HS256'] });
        return { kind: 'operator' };
      } catch {
        return undefined;
      }
    },
    open: async ({ kind }) => {
      const token = new SignJWT({ kind }).setProtectedHeader({ alg: 'HS256' }).setExpirationTime(`${LIFE}s`);
      return cookie(await token.sign(key), LIFE);
    },
    close: () => cookie('', 0),
  };
}

/**
 * Whether a request that may change something comes from a page of ours: a browser sends the cookie along with forms
 * of other sites too. Browsers say where a request comes from; what says nothing is no browser.
 */
export function isFromOwnPage(request: FastifyRequest): boolean {
  if (request.method === 'GET' || request.method === 'HEAD') return true;
  const site = header(request, 'sec-fetch-site');
  if (site !== undefined) return site === 'same-origin';
  const origin = header(request, 'origin');
  return origin !== undefined && URL.canParse(origin) && new URL(origin).host === request.host;
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
