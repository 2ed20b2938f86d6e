import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pLimit from 'p-limit';
import { expect, it, onTestFinished } from 'vitest';
import { stringify } from 'yaml';
import type { Mishap } from '../gitlab/faults.ts';
import { leaksIn, newSecret } from '../support/leaks.ts';
import { describeWith } from '../support/needs.ts';
import { proxyServer } from '../support/outgoing.ts';
import { until } from '../support/until.ts';
import { type OpenHome, openPostgresHome, openRedisHome } from './secrets-homes.ts';
import { openScene, PROJECT, type Secrets, secretsOfAll } from './secrets-scene.ts';

const LIMIT = 240_000;
type Scene = Awaited<ReturnType<typeof openScene>>;

async function open(openHome: (password: string) => Promise<OpenHome>) {
  const secrets = secretsOfAll({ queuePassword: newSecret() });
  const home = await openHome(secrets.queuePassword);
  onTestFinished(() => home.close());
  const proxy = await proxyServer({ credentials: `beckon:${secrets.proxyPassword}` });
  const scene = await openScene(secrets, { queueUrl: home.url, proxyPort: proxy.port });
  onTestFinished(() => scene.close());
  return { secrets, home, scene, proxy };
}

/** Processes at once: more take longer, on a machine with few cores. */
const few = pLimit(3);

/** All that GitLab ever heard. */
function echoOf({ proxyPassword: _, queuePassword: __, ...heard }: Secrets): string {
  return Object.values(heard).join(' and ');
}

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
      const { secrets, home, scene, proxy } = await open(openHome);
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
      const { secrets, home, scene } = await open(openHome);
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

describeWith(['redis-server'], 'no secret', () => {
  it('is in what the commands print, whatever GitLab answers', { timeout: LIMIT }, async () => {
    const { secrets, scene } = await open(openRedisHome);
    const commands = [
      ['check'],
      ['check', '--json', PROJECT],
      ['hook', 'sync', PROJECT],
      ['hook', 'sync', '--secret', PROJECT],
      ['hook', 'list', PROJECT],
      ['hook', 'list', '--json', PROJECT],
      ['hook', 'test', PROJECT],
      ['ci', PROJECT],
      ['runs'],
      ['runs', '--json'],
      ['runs', 'show', 'r0'],
      ['simulate', '-'],
      ['flow', 'add', 'claude', '--project', PROJECT],
      ['hook', 'sync'],
      ['serve', '--role', 'none'],
      ['nothing'],
    ];
    await Promise.all(commands.map((args) => few(() => scene.beckon(args))));
    for (const status of [401, 400]) {
      const mishap = { status, body: { message: echoOf(secrets) } };
      const forget = scene.gitlab.faults.add({ match: { path: /./ }, times: 1_000, do: mishap });
      const asking = [['check'], ['hook', 'sync', PROJECT], ['ci', PROJECT]];
      await Promise.all(asking.map((args) => few(() => scene.beckon(args))));
      forget();
    }
    const elsewhere = (url: string) => (config: Record<string, unknown>) => ({ ...config, gitlab: { url } });
    const urls = ['https://127.0.0.1:1', scene.gitlab.url.replace('http:', 'https:')];
    await Promise.all(urls.map((url) => few(() => scene.beckon(['check'], elsewhere(url)))));
    expect(scene.said.join('\n')).toContain('[secret]');
    expect(leaksIn(scene.said.join('\n'), secrets)).toEqual([]);
  });

  it('is in what is said of a config that is wrong', { timeout: LIMIT }, async () => {
    const { secrets, scene } = await open(openRedisHome);
    // As people do it who do not know better: the values stand in the file.
    let text = stringify(scene.config);
    const files = {
      'admin-token': 'adminToken',
      'secret-token': 'secretTokenOfFile',
      'other-token': 'otherAgentToken',
    } as const;
    for (const [file, key] of Object.entries(files)) text = text.replace(`\${file:${file}}`, secrets[key]);
    for (const [key, value] of Object.entries(scene.env))
      text = text.replace(`\${${key}}`, JSON.stringify(value).slice(1, -1));
    const inline = (change: (text: string) => string) => () => change(text);
    const token = secrets.agentToken;
    const changes: readonly ((text: string) => string)[] = [
      (all) => all.replace(token, `[${token}]`),
      (all) => all.replace(token, `{ ${'x'}: ${token} }`),
      (all) => all.replace(token, `" ${token}"`),
      (all) => all.replace(token, `"${token}`),
      (all) => all.replace(token, `&${token}`),
      (all) => all.replace(token, `*${token}`),
      (all) => all.replace(token, `!${token}`),
      (all) => all.replace(token, `|${token}`),
      (all) => all.replace(token, `%${token}`),
      (all) => all.replace(token, `\${${token}`),
      (all) => all.replace(`token: ${token}`, token),
      (all) => all.replace(`token: ${token}`, `token: ${token}\n    token: ${token}`),
      (all) => all.replace(`token: ${token}`, `tokken: ${token}`),
      (all) => all.replace(`token: ${token}`, `\ttoken: ${token}`),
      (all) => all.replace(secrets.signingToken, secrets.signingToken.slice(0, -3)),
      (all) => all.replace(secrets.secretTokenOfProject, secrets.secretTokenOfFile),
      (all) => all.replace('redis://', 'rediss//'),
      (all) => all.replace('redis://', 'redis://%zz'),
      (all) => all.replace('http://127', `http://u:${token}@127`),
      (all) => `${all}\n- ${token}\n`,
      (all) => all.slice(0, all.indexOf(token) + token.length - 2),
      (all) => `${token}\n${all}`,
    ];
    const codes = changes.map((change) => {
      expect(change(text)).not.toBe(text);
      return few(() => scene.beckon(['runs'], inline(change)));
    });
    expect(await Promise.all(codes)).not.toContain(0);
    expect(leaksIn(scene.said.join('\n'), secrets)).toEqual([]);
  });

  it('is in the last words of a process that ends by an error nobody expected', {
    timeout: LIMIT,
  }, async () => {
    const { secrets, scene } = await open(openRedisHome);
    const { queuePassword, agentToken } = secrets;
    // What drivers throw: the command that failed, with its arguments.
    const error = `Object.assign(new Error('AUTH ${agentToken} at redis://:${queuePassword}@x failed'), {
      command: { name: 'auth', args: ['${queuePassword}'] }, input: '${agentToken}', cause: new Error('${agentToken}') })`;
    const ends = [
      `throw ${error}`,
      `Promise.reject(${error})`,
      `Promise.reject({ token: '${agentToken}' })`,
      `Promise.reject('${agentToken}')`,
      `process.emit('error', ${error}); throw { token: '${agentToken}' }`,
    ];
    for (const [index, end] of ends.entries()) {
      const file = join(scene.folder, `end-${index}.mjs`);
      // Once the config is there and the service runs.
      await writeFile(file, `process.on('SIGUSR2', () => { ${end}; });`);
      const beckon = await scene.serve({ NODE_OPTIONS: `--import=${file}` });
      const before = scene.said.length;
      expect(await beckon.end('SIGUSR2')).toBe(1);
      expect(scene.said.slice(before).join('\n')).toMatch(/\S/);
    }
    expect(scene.said.join('\n')).toContain('AUTH [secret] at redis://[secret]@x failed');
    expect(leaksIn(scene.said.join('\n'), secrets)).toEqual([]);
  });
});
