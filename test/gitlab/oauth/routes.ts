import { generateKeyPairSync } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { SignJWT } from 'jose';
import { html } from '../pages/html.ts';
import type { WorldContext } from '../world/context.ts';
import { findUser } from '../world/lookup.ts';
import { addToken, revokeToken } from '../world/people.ts';
import type { Application, User } from '../world/records-people.ts';
import { createGrants, type Grant } from './grants.ts';

type Fields = Readonly<Record<string, string | undefined>>;

/**
 * GitLab as an identity provider: the authorization code flow with PKCE, OpenID Connect's ID token and userinfo, and
 * revocation. There are no passwords: who allows an application names the user that they are.
 */
export async function oauthRoutes(app: FastifyInstance, context: WorldContext): Promise<void> {
  const { state, now } = context;
  const grants = createGrants(now);
  // Ours alone, for as long as the program runs.
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });

  app.get('/oauth/authorize', async (request, reply) => {
    const asked = request.query as Fields;
    const application = applicationOf(asked.client_id, context);
    const fault = faultOf(asked, application);
    if (application === undefined || fault !== undefined) {
      return reply
        .code(401)
        .type('text/html; charset=utf-8')
        .send(html`<h1>An error has occurred</h1><p>${fault}</p>`.text);
    }
    const scopes = (asked.scope ?? '').split(' ');
    if (!scopes.every((scope) => application.scopes.includes(scope))) {
      const error_description = 'The requested scope is invalid, unknown, or malformed.';
      return back(reply, asked, { error: 'invalid_scope', error_description });
    }
    return reply.type('text/html; charset=utf-8').send(consentPage(application, asked));
  });

  app.post('/oauth/authorize', async (request, reply) => {
    const asked = fieldsOf(request);
    const application = applicationOf(asked.client_id, context);
    const user = findUser(asked.username ?? '', state);
    if (application === undefined || faultOf(asked, application) !== undefined || user?.state !== 'active') {
      return reply.code(401).type('text/plain').send('Invalid login or password.\n');
    }
    if (asked.decision !== 'authorize') {
      const error_description = 'The resource owner or authorization server denied the request.';
      return back(reply, asked, { error: 'access_denied', error_description });
    }
    const code = grants.add({
      application,
      user,
      redirectUri: asked.redirect_uri ?? '',
      scopes: (asked.scope ?? '').split(' '),
      nonce: asked.nonce,
      challenge: asked.code_challenge,
      method: asked.code_challenge_method ?? 'plain',
    });
    return back(reply, asked, { code });
  });

  app.post('/oauth/token', async (request, reply) => {
    const asked = fieldsOf(request);
    const application = provenApplication(asked, context);
    if (application === undefined) return refuseClient(reply);
    const grant = grants.take(asked.code ?? '', {
      application,
      redirectUri: asked.redirect_uri ?? '',
      verifier: asked.code_verifier,
    });
    if (asked.grant_type !== 'authorization_code' || grant === undefined) {
      const error_description =
        'The provided authorization grant is invalid, expired, revoked, does not match the redirection URI used in the authorization request, or was issued to another client.';
      return reply.code(400).send({ error: 'invalid_grant', error_description });
    }
    const token = addToken(
      { user: grant.user, scopes: grant.scopes, expiresAt: new Date(now().getTime() + 7_200_000) },
      context,
    );
    return {
      access_token: token.value,
      token_type: 'Bearer',
      expires_in: 7200,
      scope: grant.scopes.join(' '),
      created_at: Math.floor(now().getTime() / 1000),
      ...(grant.scopes.includes('openid') ? { id_token: await idToken(grant) } : {}),
    };
  });

  app.get('/oauth/userinfo', async (request, reply) => {
    const value = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
    const token = [...state.tokens.values()].find((known) => known.value === value && !known.revoked);
    const user = token && state.users.get(token.userId);
    if (user?.state !== 'active' || token?.scopes.includes('openid') !== true) {
      return reply
        .code(401)
        .header('www-authenticate', 'Bearer realm="Doorkeeper"')
        .send({ error: 'invalid_token' });
    }
    return claimsOf(user, context);
  });

  app.post('/oauth/revoke', async (request, reply) => {
    const asked = fieldsOf(request);
    if (provenApplication(asked, context) === undefined) return refuseClient(reply);
    for (const token of state.tokens.values()) if (token.value === asked.token) revokeToken(token, context);
    return {};
  });

  function idToken({ application, user, nonce }: Grant): Promise<string> {
    const { sub } = claimsOf(user, context);
    const seconds = Math.floor(now().getTime() / 1000);
    return new SignJWT({ auth_time: seconds, ...(nonce === undefined ? {} : { nonce }) })
      .setProtectedHeader({ alg: 'RS256', typ: 'JWT' })
      .setIssuer(context.url())
      .setSubject(sub)
      .setAudience(application.clientId)
      .setIssuedAt(seconds)
      .setExpirationTime(seconds + 120)
      .sign(privateKey);
  }
}

function claimsOf({ id, name, username }: User, { url }: WorldContext) {
  return {
    sub: String(id),
    name,
    nickname: username,
    preferred_username: username,
    profile: `${url()}/${username}`,
    groups: [],
  };
}

function applicationOf(clientId: string | undefined, { state }: WorldContext): Application | undefined {
  return [...state.applications.values()].find((known) => known.clientId === clientId);
}

/** An application that is confidential has to send its secret, too. */
function provenApplication(asked: Fields, context: WorldContext): Application | undefined {
  const application = applicationOf(asked.client_id, context);
  const isProven = application?.confidential === false || application?.secret === asked.client_secret;
  return isProven ? application : undefined;
}

/** Why nobody is sent back to where the request says. */
function faultOf(asked: Fields, application: Application | undefined): string | undefined {
  if (application === undefined) {
    return 'Client authentication failed due to unknown client, no client authentication included, or unsupported authentication method.';
  }
  if (!application.redirectUris.includes(asked.redirect_uri ?? '')) {
    return 'The redirect URI included is not valid.';
  }
  return asked.response_type === 'code'
    ? undefined
    : 'The authorization server does not support this response type.';
}

function refuseClient(reply: FastifyReply): FastifyReply {
  const error_description =
    'Client authentication failed due to unknown client, no client authentication included, or unsupported authentication method.';
  return reply
    .code(401)
    .header('www-authenticate', `Bearer realm="Doorkeeper", error="invalid_client"`)
    .send({ error: 'invalid_client', error_description });
}

function back(
  reply: FastifyReply,
  { redirect_uri = '', state }: Fields,
  answer: Readonly<Record<string, string>>,
) {
  const query = new URLSearchParams({ ...answer, ...(state === undefined ? {} : { state }) });
  return reply.redirect(`${redirect_uri}?${query}`, 302);
}

function fieldsOf({ body }: FastifyRequest): Fields {
  return Object.fromEntries(new URLSearchParams(Buffer.isBuffer(body) ? body.toString('utf8') : ''));
}

function consentPage({ name }: Application, asked: Fields): string {
  return html`<!doctype html><html lang="en"><head><title>Authorize ${name}</title></head><body>
    <h1>Authorize ${name}</h1>
    <form method="post">
      ${Object.entries(asked).map(([key, value]) => html`<input type="hidden" name="${key}" value="${value}">`)}
      <label>You are <input name="username" required></label>
      <button name="decision" value="authorize">Authorize</button>
      <button name="decision" value="deny">Cancel</button>
    </form></body></html>`.text;
}
