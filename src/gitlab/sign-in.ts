import * as oauth from 'oauth4webapi';
import { type Dispatcher, fetch } from 'undici';
import { z } from 'zod';
import type { OAuthApplication } from '../config/config.ts';
import { BeckonError } from '../lib/errors.ts';
import { oneLine } from '../lib/text.ts';
import type { User } from '../runs/ports.ts';
import type { Wire } from './connection.ts';

/** Milliseconds for one request. A browser waits for three of them. */
const REQUEST_TIMEOUT = 10_000;

/** What the browser that begins a sign-in keeps until it comes back, so that no other can end it. */
export interface Begun {
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
}

/** Lets GitLab say who somebody is. */
export interface SignIn {
  /** `url`: the page of GitLab to which the browser goes. */
  begin(): Promise<{ readonly url: string; readonly begun: Begun }>;
  /**
   * Who came back with these parameters. Rejects with a {@link BeckonError} in words for that person:
   * `sign_in_denied`, `sign_in_lost`, `gitlab_unavailable`, or `oauth_application`, which only whoever runs Beckon mends.
   */
  finish(parameters: URLSearchParams, begun: Begun): Promise<Pick<User, 'id' | 'username' | 'name'>>;
}

/** As GitLab has them: `sub` is the id of the user, `nickname` the username. */
const UserInfo = z.object({ sub: z.string().regex(/^\d{1,15}$/), nickname: z.string(), name: z.string() });

/**
 * OpenID Connect by the authorization code with PKCE, https://docs.gitlab.com/integration/openid_connect_provider/.
 * The token that comes of it can do nothing but say who the person is, and is given back once it has.
 */
export function createSignIn(
  { url, application, redirectUri }: { url: string; application: OAuthApplication; redirectUri: string },
  { dispatcher, onRequest }: Wire,
): SignIn {
  const server: oauth.AuthorizationServer = {
    issuer: url,
    token_endpoint: `${url}/oauth/token`,
    userinfo_endpoint: `${url}/oauth/userinfo`,
    revocation_endpoint: `${url}/oauth/revoke`,
  };
  const { clientId, clientSecret } = application;
  const client: oauth.Client = { client_id: clientId };
  // In the body: in the header the library encodes more characters than GitLab decodes.
  const proof = clientSecret === undefined ? oauth.None() : oauth.ClientSecretPost(clientSecret.reveal());
  const options = () => ({
    [oauth.customFetch]: fetchBy(dispatcher, onRequest),
    // By plain HTTP only where the config names GitLab so.
    [oauth.allowInsecureRequests]: url.startsWith('http:'),
    signal: AbortSignal.timeout(REQUEST_TIMEOUT),
  });

  function validated(parameters: URLSearchParams, state: string): URLSearchParams {
    try {
      return oauth.validateAuthResponse(server, client, parameters, state);
    } catch (error) {
      throw error instanceof oauth.AuthorizationResponseError ? inWords(error) : signInLost();
    }
  }

  async function askWho(parameters: URLSearchParams, { nonce, codeVerifier }: Begun) {
    const answer = await oauth.authorizationCodeGrantRequest(
      server,
      client,
      proof,
      parameters,
      redirectUri,
      codeVerifier,
      options(),
    );
    const tokens = await oauth.processAuthorizationCodeResponse(server, client, answer, {
      expectedNonce: nonce,
      requireIdToken: true,
    });
    const token = tokens.access_token;
    try {
      const subject = oauth.getValidatedIdTokenClaims(tokens)?.sub ?? '';
      const told = await oauth.userInfoRequest(server, client, token, options());
      return UserInfo.parse(await oauth.processUserInfoResponse(server, client, subject, told));
    } finally {
      // Whether or not that succeeds: nobody has the token any more, and it ends by itself.
      await oauth.revocationRequest(server, client, proof, token, options()).catch(() => {});
    }
  }

  return {
    async begin() {
      const begun: Begun = {
        state: oauth.generateRandomState(),
        nonce: oauth.generateRandomNonce(),
        codeVerifier: oauth.generateRandomCodeVerifier(),
      };
      const query = new URLSearchParams({
        client_id: clientId,
        redirect_uri: redirectUri,
        response_type: 'code',
        scope: 'openid',
        state: begun.state,
        nonce: begun.nonce,
        code_challenge: await oauth.calculatePKCECodeChallenge(begun.codeVerifier),
        code_challenge_method: 'S256',
      });
      return { url: `${url}/oauth/authorize?${query}`, begun };
    },
    async finish(parameters, begun) {
      const checked = validated(parameters, begun.state);
      try {
        const { sub, nickname, name } = await askWho(checked, begun);
        return { id: Number(sub), username: nickname, name };
      } catch (error) {
        throw inWords(error);
      }
    },
  };
}

/** Sends by the connections that all goes by to GitLab; the library has redirects come back as errors. */
function fetchBy(dispatcher: Dispatcher, onRequest: Wire['onRequest']) {
  return async (url: string, init: { readonly method: string }): Promise<Response> => {
    const operation = `${init.method} ${url.replace(/^.*\/(?=oauth\/)/, '')}`;
    let status = 0;
    try {
      const answer = await fetch(url, { ...init, dispatcher });
      status = answer.status;
      return answer as unknown as Response;
    } finally {
      onRequest(operation, status);
    }
  };
}

/** What went wrong, for the person at the browser. Of what GitLab and the library say nothing but the name of the error. */
function inWords(error: unknown): BeckonError {
  const name = errorNameOf(error);
  if (name === 'access_denied') return new BeckonError('sign_in_denied', 'GitLab says that you declined.');
  if (name === 'invalid_grant') return signInLost();
  if (name === undefined || name === 'temporarily_unavailable' || name === 'server_error') {
    return new BeckonError('gitlab_unavailable', 'GitLab does not answer. Try again in a moment.');
  }
  return new BeckonError(
    'oauth_application',
    `GitLab and server.oauth of Beckon's config do not fit together (${oneLine(name, 60)}). Whoever runs Beckon has to look at the application in GitLab: its ID and secret, its scope openid, and whether gitlab.url is the address that GitLab has for itself.`,
  );
}

/** What somebody is told whose sign-in is not known, or not any more. */
export function signInLost(): BeckonError {
  return new BeckonError(
    'sign_in_lost',
    'This sign-in began in another browser, was used before, or is older than ten minutes. Sign in again.',
  );
}

/** The name of an error by GitLab or by the library; `undefined`: there was no answer that could be read. */
function errorNameOf(error: unknown): string | undefined {
  if (error instanceof oauth.AuthorizationResponseError || error instanceof oauth.ResponseBodyError) {
    return error.error;
  }
  if (error instanceof oauth.WWWAuthenticateChallengeError) return 'invalid_client';
  if (error instanceof z.ZodError) return 'userinfo';
  if (!(error instanceof oauth.OperationProcessingError)) return undefined;
  const isNoneOfOAuth =
    error.code === oauth.RESPONSE_IS_NOT_CONFORM || error.code === oauth.RESPONSE_IS_NOT_JSON;
  return isNoneOfOAuth ? undefined : (error.code ?? 'unknown');
}
