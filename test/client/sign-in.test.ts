import { expect, it, onTestFinished } from 'vitest';
import { createSignIn } from '../../src/gitlab/sign-in.ts';
import { openTransport } from '../../src/gitlab/transport.ts';
import { Secret } from '../../src/lib/secret.ts';
import { startGitLab } from '../gitlab/start.ts';
import { proxies, proxyServer } from '../support/outgoing.ts';

const REDIRECT = 'http://beckon.test/login/callback';

/** Signs somebody in at a stand-in below a sub-path; gives what GitLab was asked for, by which way. */
async function signIn() {
  const gitlab = await startGitLab({ openApi: false, subPath: '/gitlab' });
  onTestFinished(() => gitlab.close());
  const alice = gitlab.world.addUser({ username: 'alice', name: 'Alice Ito' });
  const { clientId, secret } = gitlab.world.addApplication({ redirectUris: [REDIRECT] });
  const dispatcher = await openTransport({ caFile: undefined });
  onTestFinished(() => dispatcher.destroy());
  const asked: string[] = [];
  const way = createSignIn(
    {
      url: gitlab.url,
      application: { clientId, clientSecret: new Secret(secret) },
      redirectUri: REDIRECT,
    },
    { dispatcher, onRequest: (operation, status) => asked.push(`${operation} ${status}`) },
  );
  const { url, begun } = await way.begin();
  const page = new URL(url);
  const answer = await fetch(`${gitlab.url}/oauth/authorize`, {
    method: 'POST',
    body: new URLSearchParams({
      ...Object.fromEntries(page.searchParams),
      username: 'alice',
      decision: 'authorize',
    }),
    redirect: 'manual',
  });
  const back = new URL(answer.headers.get('location') ?? '');
  const person = await way.finish(back.searchParams, begun);
  return { gitlab, page, person, alice, asked };
}

it('asks GitLab below its sub-path, through the proxy of the environment, and nobody else', async () => {
  const proxy = await proxyServer();
  proxies({ http_proxy: `http://127.0.0.1:${proxy.port}` });
  const { gitlab, page, person, alice, asked } = await signIn();
  expect(`${page.origin}${page.pathname}`).toBe(`${gitlab.url}/oauth/authorize`);
  expect(person).toEqual({ id: alice.id, username: 'alice', name: 'Alice Ito' });
  expect(asked).toEqual(['POST oauth/token 200', 'GET oauth/userinfo 200', 'POST oauth/revoke 200']);
  expect(new Set(proxy.asked)).toEqual(new Set([new URL(gitlab.url).host]));
});
