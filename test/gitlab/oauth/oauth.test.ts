import { createHash } from 'node:crypto';
import { afterEach, expect, it, vi } from 'vitest';
import { type StandInGitLab, startGitLab } from '../start.ts';

const REDIRECT = 'http://service.test/callback';
const VERIFIER = 'a-verifier-that-nobody-else-can-know-0123456789';
const CHALLENGE = createHash('sha256').update(VERIFIER).digest('base64url');

let gitlab: StandInGitLab;
afterEach(async () => {
  vi.useRealTimers();
  await gitlab.close();
});

async function start({ confidential = true } = {}) {
  gitlab = await startGitLab({ openApi: false });
  gitlab.world.addUser({ username: 'ann' });
  const application = gitlab.world.addApplication({ redirectUris: [REDIRECT], confidential });
  const post = async (path: string, fields: Record<string, string>) => {
    const answer = await fetch(`${gitlab.url}${path}`, {
      method: 'POST',
      body: new URLSearchParams(fields),
      redirect: 'manual',
    });
    return { answer, body: await answer.json().catch(() => ({})) };
  };
  const allow = async (changes: Record<string, string> = {}) => {
    const { answer } = await post('/oauth/authorize', {
      client_id: application.clientId,
      redirect_uri: REDIRECT,
      response_type: 'code',
      scope: 'openid',
      state: 's',
      code_challenge: CHALLENGE,
      code_challenge_method: 'S256',
      username: 'ann',
      decision: 'authorize',
      ...changes,
    });
    const to = answer.headers.get('location');
    return { status: answer.status, code: to === null ? '' : (new URL(to).searchParams.get('code') ?? '') };
  };
  const redeem = (code: string, changes: Record<string, string> = {}) =>
    post('/oauth/token', {
      grant_type: 'authorization_code',
      code,
      redirect_uri: REDIRECT,
      client_id: application.clientId,
      client_secret: application.secret,
      code_verifier: VERIFIER,
      ...changes,
    });
  return { allow, redeem, post, application };
}

it('gives a token for a code, once, that says who somebody is and opens nothing else', async () => {
  const { allow, redeem, post, application } = await start();
  const { code } = await allow();
  const { body } = await redeem(code);
  expect(body).toMatchObject({ token_type: 'Bearer', scope: 'openid', id_token: expect.any(String) });
  const headers = { authorization: `Bearer ${body.access_token}` };
  const info = () => fetch(`${gitlab.url}/oauth/userinfo`, { headers });
  expect(await (await info()).json()).toMatchObject({ nickname: 'ann', sub: expect.stringMatching(/^\d+$/) });
  expect((await fetch(`${gitlab.url}/api/v4/projects`, { headers })).status).toBe(403);
  expect((await redeem(code)).body.error).toBe('invalid_grant');
  const { clientId: client_id, secret: client_secret } = application;
  await post('/oauth/revoke', { client_id, client_secret, token: body.access_token });
  expect((await info()).status).toBe(401);
});

it.each([
  ['without the verifier', { code_verifier: '' }, 'invalid_grant'],
  ['with another verifier', { code_verifier: `${VERIFIER}1` }, 'invalid_grant'],
  ['for another address', { redirect_uri: 'http://evil.test/' }, 'invalid_grant'],
  ['with a wrong secret', { client_secret: 'guess' }, 'invalid_client'],
  ['for an application that is not known', { client_id: 'guess' }, 'invalid_client'],
])('gives none %s', async (_what, changes, error) => {
  const { allow, redeem } = await start();
  const { code } = await allow();
  expect((await redeem(code, changes)).body.error).toBe(error);
});

it('takes a code for ten minutes, and asks an application without a secret for none', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const { allow, redeem } = await start({ confidential: false });
  const [early, late] = [await allow(), await allow()];
  vi.setSystemTime(Date.now() + 599_000);
  expect((await redeem(early.code, { client_secret: '' })).answer.status).toBe(200);
  vi.setSystemTime(Date.now() + 2_000);
  expect((await redeem(late.code, { client_secret: '' })).body.error).toBe('invalid_grant');
});

it('sends nobody to an address that is not registered, and lets nobody in who is blocked', async () => {
  const { allow } = await start();
  expect((await allow({ redirect_uri: 'http://evil.test/' })).status).toBe(401);
  gitlab.world.setUserState({ user: 'ann', state: 'blocked' });
  expect((await allow()).status).toBe(401);
});
