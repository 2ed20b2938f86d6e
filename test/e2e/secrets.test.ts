import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Mishap } from '../gitlab/faults.ts';
import { leaksIn, newSecret } from '../support/leaks.ts';
import { describeWith } from '../support/needs.ts';
import { until } from '../support/until.ts';
import { openPostgresHome, openRedisHome } from './secrets-homes.ts';
import { echoOf, few, openScene, type Scene, type Secrets } from './secrets-scene.ts';

const LIMIT = 240_000;

/** What a GitLab may answer that repeats it. */
function mishapsThatRepeat(secrets: Secrets): readonly Mishap[] {
  const echo = echoOf(secrets);
  const json = [400, 401, 403, 404, 409, 422, 429, 500, 502, 503];
  return [
    ...json.map((status) => ({ status, body: { message: `you sent ${echo}` } })),
    { status: 400, body: { message: { base: [echo], token: [`is ${echo}`] } } },
    { status: 403, body: { error: echo, error_description: echo } },
    { status: 429, body: `Retry later, ${echo}`, headers: { 'retry-after': '1' } },
    { status: 302, body: '', headers: { location: `http://u:${secrets.agentToken}@127.0.0.1:9/` } },
    {
      status: 200,
      body: `{"message": "${secrets.agentToken}`,
      headers: { 'content-type': 'application/json' },
    },
    { status: 200, body: { message: echo } },
    { html: true },
    { cut: 'before' },
    { cut: 'after' },
    { delay: 300 },
  ];
}

/** Has a run meet each mishap at each of these requests. */
async function meetAll(scene: Scene, secrets: Secrets): Promise<void> {
  const places = [
    { method: 'POST', path: /\/repository\/branches/ },
    { method: 'POST', path: /\/pipeline\b/ },
    { method: 'GET', path: /\/members\/all\// },
  ];
  for (const mishap of mishapsThatRepeat(secrets)) {
    for (const match of places) {
      let happened = false;
      const forget = scene.gitlab.faults.add({ match, do: mishap, onHappened: () => (happened = true) });
      const issue = scene.world.openIssue({ project: scene.project, author: 'alice', title: 'Broken' });
      scene.world.comment({ issue, author: 'alice', body: '@claude-bot please' });
      await until(
        () => `${JSON.stringify(mishap)} at ${match.path}`,
        () => happened,
        { ms: 30_000 },
      );
      forget();
    }
  }
}

function notesOf(scene: Scene): readonly string[] {
  return [...scene.world.state.notes.values()].map(({ body }) => body);
}

async function ask(scene: Scene, url: string, init: RequestInit = {}): Promise<number> {
  const response = await fetch(url, init);
  scene.said.push(JSON.stringify([...response.headers]), await response.text());
  return response.status;
}

/** Deliveries that are wrong in many ways. */
async function deliverWrongly(scene: Scene, address: string, secrets: Secrets): Promise<void> {
  const url = `${address}/webhooks/gitlab`;
  const right = { 'x-gitlab-token': secrets.secretTokenOfFile, 'content-type': 'application/json' };
  const attempts: readonly RequestInit[] = [
    { headers: {} },
    { headers: { 'x-gitlab-token': `${secrets.secretTokenOfFile}x` } },
    { headers: { 'x-gitlab-token': secrets.adminToken } },
    { headers: { 'webhook-signature': `v1,${secrets.signingToken}` }, body: '{}' },
    { headers: right, body: `{"${secrets.secretTokenOfFile}"` },
    { headers: right, body: JSON.stringify({ [secrets.secretTokenOfFile]: 1 }) },
    { headers: { ...right, 'content-type': secrets.secretTokenOfFile }, body: '{}' },
    { headers: { ...right, 'x-gitlab-event': secrets.secretTokenOfFile }, body: '{"object_kind":"push"}' },
    { headers: { ...right, 'idempotency-key': secrets.secretTokenOfFile }, body: '{"object_kind":"push"}' },
  ];
  for (const attempt of attempts) await ask(scene, url, { method: 'POST', ...attempt });
}

/** Of what GitLab has, all that Beckon may have written. */
async function written(scene: Scene): Promise<string> {
  const { issues, mergeRequests, notes, awards, pipelines, jobs, deliveries, repositories } =
    scene.world.state;
  const git = await Promise.all(
    [...repositories.values()].map(async (repository) => {
      const branches = await repository.branches();
      return Promise.all(branches.map(async ({ name }) => [name, await repository.log(name)]));
    }),
  );
  const answers = [...deliveries.values()].map(({ responseBody, responseHeaders }) => ({
    responseBody,
    responseHeaders,
  }));
  const tables = [issues, mergeRequests, notes, awards, pipelines, jobs].map((table) => [...table.values()]);
  return JSON.stringify([tables, answers, git]);
}

const homes = [
  ['Redis', ['redis-server'], openRedisHome],
  ['PostgreSQL', [], openPostgresHome],
] as const;
for (const [name, programs, openHome] of homes) {
  describeWith(programs, `with the queue on ${name} no secret`, () => {
    it('is in anything that the service prints, answers, writes or keeps', { timeout: LIMIT }, async () => {
      const { secrets, home, scene, proxy } = await openScene(openHome);
      const beckon = await scene.serve();
      scene.world.addHook({
        project: scene.project,
        url: `${beckon.address}/webhooks/gitlab`,
        token: secrets.secretTokenOfFile,
        events: ['note', 'pipeline'],
      });
      await meetAll(scene, secrets);
      await deliverWrongly(scene, beckon.address, secrets);
      for (const path of ['/metrics', '/readyz', '/livez', `/${secrets.adminToken}`, '/api/runs'])
        await ask(scene, `${beckon.address}${path}`, {
          headers: { authorization: `Bearer ${secrets.adminToken}` },
        });
      await until(
        () => `notes that tell of trouble, and of none; there are ${notesOf(scene).join('\n')}`,
        () =>
          notesOf(scene).some((body) => body.includes('Agent has started')) &&
          notesOf(scene).some(
            (body) => body.includes('Could not start the agent') && body.includes('you sent'),
          ),
        { ms: 60_000 },
      );
      const stored = await written(scene);
      await home.halt();
      expect(await ask(scene, `${beckon.address}/readyz`)).toBe(503);
      await ask(scene, `${beckon.address}/metrics`);
      const issue = scene.world.openIssue({ project: scene.project, author: 'alice', title: 'Away' });
      scene.world.comment({ issue, author: 'alice', body: '@claude-bot please' });
      await scene.gitlab.webhooksSettled();
      await beckon.end('SIGTERM');
      await home.start();

      expect(new Set(proxy.asked)).toEqual(new Set([new URL(scene.gitlab.url).host]));
      expect(scene.said.length).toBeGreaterThan(100);
      expect(leaksIn(scene.said.join('\n'), secrets)).toEqual([]);
      expect(leaksIn(await readFile(join(scene.folder, 'audit.jsonl'), 'utf8'), secrets)).toEqual([]);
      expect(leaksIn(stored + (await written(scene)), secrets)).toEqual([]);
      const kept = await home.everything();
      expect(kept).toContain('claude');
      expect(leaksIn(kept, secrets)).toEqual([]);
    });

    it('is in what a queue says that is away or wants another password', { timeout: LIMIT }, async () => {
      const { secrets, home, scene } = await openScene(openHome);
      const other = newSecret();
      const withOther = (config: Record<string, unknown>) => ({
        ...config,
        queue: { url: home.url.replace(secrets.queuePassword, other) },
      });
      if (name === 'Redis') expect(await scene.beckon(['runs'], withOther)).toBe(1);
      await home.halt();
      const codes = [['serve'], ['check'], ['runs']].map((args) => few(() => scene.beckon(args)));
      expect(await Promise.all(codes)).toEqual([1, 1, 1]);
      expect(leaksIn(scene.said.join('\n'), { ...secrets, other })).toEqual([]);
    });
  });
}
