import { createHash, hkdfSync, timingSafeEqual } from 'node:crypto';
import { parseCookie, stringifySetCookie } from 'cookie';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { OPERATOR } from '../admin/rights.ts';
import type { Secret } from '../lib/secret.ts';
import { header } from './proof.ts';

/** Who asks: somebody with the admin token, or a person for whom GitLab has vouched. */
const Principal = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('operator') }),
  z.object({ kind: z.literal('person'), id: z.int().positive(), username: z.string(), name: z.string() }),
]);
export type Principal = z.output<typeof Principal>;

/** What somebody keeps who went to GitLab to sign in: what proves that it was them, and the path to go on with. */
const Away = z.object({
  begun: z.object({ state: z.string(), nonce: z.string(), codeVerifier: z.string() }),
  next: z.string(),
});
type Away = z.output<typeof Away>;

/** How somebody is called in words for people, and in the audit stream. */
export function nameOf(who: Principal): string {
  return who.kind === 'operator' ? OPERATOR : who.username;
}

/** Loaded when somebody signs in or has: most processes never need it, and it takes 8 MB. */
const jose = () => import('jose');

/** How long somebody stays signed in, in seconds, and how long they may take at GitLab to do so. */
const LIFE = 12 * 3_600;
const AWAY = 600;

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
  /** The value of `Set-Cookie` for somebody who goes to GitLab to sign in. */
  send(away: Away): Promise<string>;
  /** What the one kept who comes back from there; `undefined`: nobody was sent, or too long ago. */
  back(request: FastifyRequest): Promise<Away | undefined>;
  /** The value of `Set-Cookie` that ends {@link Sessions.send}. */
  arrive(): string;
}

/**
 * Sessions are signed tokens in a cookie that no script can read. Their keys are made from the admin token, so that a
 * new admin token ends all of them.
 */
export function createSessions({
  adminToken,
  isSecure,
  vouching,
}: {
  readonly adminToken: Secret;
  /** The service is reached by https. */
  readonly isSecure: boolean;
  /** Names GitLab and the application by which people sign in; sessions by another are over. Left out: none can. */
  readonly vouching?: string | undefined;
}): Sessions {
  const keyFor = (use: string) => new Uint8Array(hkdfSync('sha256', adminToken.reveal(), '', use, 32));
  const key = keyFor('beckon session');
  const awayKey = keyFor('beckon sign-in');
  const isAdminToken = (given: string) => timingSafeEqual(digest(given), digest(adminToken.reveal()));
  // With this prefix browsers take a cookie from no neighbour: neither another host below the same domain, nor http.
  const prefix = isSecure ? '__Host-' : '';
  const session = `${prefix}beckon_session`;
  const signIn = `${prefix}beckon_sign_in`;
  const cookie = (name: string, value: string, maxAge: number) =>
    stringifySetCookie({
      name,
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
      const token = cookieOf(request, session);
      if (token === undefined || !isFromOwnPage(request)) return undefined;
      try {
        const { jwtVerify } = await jose();
        const { payload } = await jwtVerify(token, key, { algorithms: ['HS256'], requiredClaims: ['exp'] });
        const who = Principal.parse(payload);
        return who.kind === 'person' && (vouching === undefined || payload.iss !== vouching)
          ? undefined
          : who;
      } catch {
        return undefined;
      }
    },
    open: async (who) => {
      const { SignJWT } = await jose();
      const token = new SignJWT(who).setProtectedHeader({ alg: 'HS256' }).setExpirationTime(`${LIFE}s`);
      if (who.kind === 'person' && vouching !== undefined) token.setIssuer(vouching);
      return cookie(session, await token.sign(key), LIFE);
    },
    close: () => cookie(session, '', 0),
    send: async (away) => {
      // Encrypted, which also keeps it from being taken for a session.
      const { EncryptJWT } = await jose();
      const token = new EncryptJWT(away)
        .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
        .setExpirationTime(`${AWAY}s`);
      return cookie(signIn, await token.encrypt(awayKey), AWAY);
    },
    async back(request) {
      try {
        const { jwtDecrypt } = await jose();
        const { payload } = await jwtDecrypt(cookieOf(request, signIn) ?? '', awayKey, {
          requiredClaims: ['exp'],
        });
        return Away.parse(payload);
      } catch {
        return undefined;
      }
    },
    arrive: () => cookie(signIn, '', 0),
  };
}

function cookieOf(request: FastifyRequest, name: string): string | undefined {
  return parseCookie(header(request, 'cookie') ?? '')[name];
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
