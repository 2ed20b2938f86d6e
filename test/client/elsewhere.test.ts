import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createChecked } from '../../src/gitlab/checked.ts';
import { createGitLab } from '../../src/gitlab/client.ts';
import { createWebhooks } from '../../src/gitlab/hooks.ts';
import { createOperator } from '../../src/gitlab/operator.ts';
import { reachGitLab } from '../../src/gitlab/reach.ts';
import { openTransport } from '../../src/gitlab/transport.ts';
import { Secret } from '../../src/lib/secret.ts';
import { Failure } from '../../src/runs/failures.ts';
import { elsewhere } from '../support/outgoing.ts';

/** Where GitLab is below its host: a reverse proxy may have anybody's pages beside it. */
const SUB_PATH = '/gitlab';
const LIMIT = 60_000;

/** What answers at `gitlab.url`, with the client of every kind. */
async function gitlabThat(answer: (response: ServerResponse, url: string) => void) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    request.resume().on('end', () => answer(response, request.url ?? ''));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const dispatcher = await openTransport({ caFile: undefined });
  onTestFinished(() => dispatcher.destroy());
  const { port } = server.address() as AddressInfo;
  const login = { url: `http://127.0.0.1:${port}${SUB_PATH}`, token: new Secret('glpat-for-gitlab-only') };
  const wire = { dispatcher, onRequest: () => {} };
  return {
    port,
    asked,
    dispatcher,
    url: login.url,
    gitlab: createGitLab(login, wire),
    webhooks: createWebhooks(login, wire),
    operator: createOperator(login, wire),
    checked: createChecked(login, wire),
  };
}

function json(response: ServerResponse, body: unknown, headers: Readonly<Record<string, string>> = {}) {
  response.writeHead(200, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}

describe('a token goes nowhere but to gitlab.url', () => {
  const statuses = [300, 301, 302, 303, 304, 305, 306, 307, 308, 399, 200, 201, 401, 404, 503];
  const locations: readonly ((evil: number, own: number) => string)[] = [
    (evil) => `http://127.0.0.1:${evil}/gitlab/api/v4/user`,
    (evil) => `https://127.0.0.1:${evil}/gitlab/api/v4/user`,
    (evil) => `//127.0.0.1:${evil}/gitlab/api/v4/user`,
    (evil) => `http://user:password@localhost:${evil}/`,
    (_evil, own) => `http://127.0.0.1:${own}/elsewhere`,
    (_evil, own) => `https://127.0.0.1:${own}/gitlab/api/v4/user`,
    () => '/elsewhere',
    () => 'http://',
  ];
  it.each(statuses)('where GitLab answers %i with a location', { timeout: LIMIT }, async (status) => {
    const evil = await elsewhere();
    for (const locationOf of locations) {
      const scene = await gitlabThat((response) => {
        const headers = {
          location: locationOf(evil.port, scene.port),
          refresh: `0; url=//127.0.0.1:${evil.port}`,
        };
        response.writeHead(status, headers).end();
      });
      const { gitlab } = scene;
      const asks = [
        gitlab.account(),
        gitlab.project('acme/shop'),
        gitlab.createBranch(7, 'workloads/r1', 'main'),
        gitlab.deleteBranch(7, 'workloads/r1'),
        gitlab.jobLog(7, 8),
        scene.webhooks.test(7, 8, 'note'),
        scene.operator.settings('acme/shop'),
        reachGitLab(scene.url, { dispatcher: scene.dispatcher, clock: Date.now }),
      ];
      await Promise.allSettled(asks);
      expect(scene.asked).toHaveLength(asks.length);
      expect(scene.asked.filter((url) => !url.startsWith(`${SUB_PATH}/api/v4/`))).toEqual([]);
    }
    expect(evil.asked).toEqual([]);
  });

  it('where answers link to other places, pages that follow among them', { timeout: LIMIT }, async () => {
    const evil = await elsewhere();
    const there = `http://127.0.0.1:${evil.port}/gitlab/api/v4/projects/7`;
    const links = { web_url: there, url: there, _links: { self: there, notes: there }, avatar_url: there };
    const scene = await gitlabThat((response, url) => {
      const isList = /protected_branches|variables|\/hooks\?|runners\?|projects\?/.test(url);
      const one = {
        ...links,
        id: 7,
        iid: 3,
        name: 'main',
        path_with_namespace: 'acme/shop',
        default_branch: 'main',
      };
      const next = {
        link: `<${there}?page=2&per_page=1>; rel="next", <${there}>; rel="last"`,
        'x-next-page': '2',
      };
      // A list goes on only once, or reading it would never end.
      json(response, isList ? [one] : one, url.includes('page=2') ? {} : next);
    });
    expect(await scene.gitlab.project('acme/shop')).toMatchObject({ url: there });
    await Promise.allSettled([
      scene.gitlab.defaultBranch(7),
      scene.gitlab.branch(7, 'main'),
      scene.gitlab.findMergeRequest(7, 'main'),
      scene.operator.settings('acme/shop'),
      scene.webhooks.hooks(7),
      scene.webhooks.maintained(1),
      scene.checked.protectedBranches(7),
      scene.checked.variables(7),
      scene.checked.runners(7),
      scene.checked.memberProjects(1),
    ]);
    expect(scene.asked.length).toBeGreaterThan(10);
    expect(scene.asked.filter((url) => !url.startsWith(`${SUB_PATH}/api/v4/`))).toEqual([]);
    expect(evil.asked).toEqual([]);
  });

  it('whatever a project, a branch or a file is called', { timeout: LIMIT }, async () => {
    const evil = await elsewhere();
    const scene = await gitlabThat((response) => json(response, {}));
    const part = fc.oneof(
      fc.constantFrom(
        '..',
        '.',
        '%2e%2e',
        '%2f',
        '/',
        '\\',
        '?',
        '#',
        '@',
        ':',
        ';',
        '//',
        '\t',
        '\r\n',
        'http:',
      ),
      fc.constant(`127.0.0.1:${evil.port}`),
      fc.string({ maxLength: 3 }),
    );
    const name = fc.oneof(
      fc.constantFrom('..', '.', '%2e%2e', '../../../elsewhere', `http://127.0.0.1:${evil.port}/`),
      fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('')),
    );
    await fc.assert(
      fc.asyncProperty(name, async (text) => {
        scene.asked.length = 0;
        const results = await Promise.allSettled([
          scene.gitlab.project(text),
          scene.operator.settings(text),
          scene.webhooks.project(text),
          scene.gitlab.readFile(7, text, text),
          scene.gitlab.branch(7, text),
          scene.gitlab.deleteBranch(7, text),
        ]);
        for (const result of results) {
          if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(Failure);
        }
        // One name is one part of the path, and nothing of it gets into the query.
        const shape =
          /^\/gitlab\/api\/v4\/projects\/(?:[^/?#]*|7\/repository\/(?:files\/[^/?#]*\/raw\?ref=[^/?#&]*|branches\/[^/?#]*))$/;
        expect(scene.asked.filter((url) => !shape.test(url) || /\/\.\.?(?:[/?]|$)/.test(url))).toEqual([]);
      }),
      { numRuns: 300, seed: 11 },
    );
    expect(evil.asked).toEqual([]);
  });

  it.each(['.', '..'])('and a project that is called %s is none', async (name) => {
    const scene = await gitlabThat((response) => json(response, {}));
    await expect(scene.gitlab.project(name)).rejects.toMatchObject({ kind: 'refused' });
    expect(scene.asked).toEqual([]);
  });
});
