import { expect, test } from 'vitest';
import { config, trigger } from '../builders/config.ts';
import { NOW, notePayload } from '../builders/payloads.ts';
import { aFullRun, aRun, ended } from '../queue/a-run.ts';
import { ADMIN_TOKEN, setUpAdmin } from './admin-set-up.ts';
import { STANDING, setUp } from './set-up.ts';

const ROUTES = [
  '/api/runs',
  '/api/runs/x',
  '/api/config',
  '/api/status',
  '/api/deliveries',
  '/api/openapi.json',
];

test.each(ROUTES)('%s is for who has the admin token', async (url) => {
  const { server, api } = setUpAdmin([aRun({ id: 'x' })]);
  const without = await server.inject({ url });
  expect(without.statusCode).toBe(401);
  expect(without.headers['www-authenticate']).toBe('Bearer');
  expect(without.json()).toEqual({ error: { code: 'unauthorized', message: expect.any(String) } });
  expect((await api('GET', url, { token: 'a-guess-of-somebody' })).status).toBe(401);
  expect((await api('GET', url, { token: ADMIN_TOKEN.slice(0, -1) })).status).toBe(401);
  expect((await api('GET', url)).status).toBe(200);
});

test('without an admin token in the config there is neither API nor dashboard', async () => {
  const { server } = setUp();
  for (const url of ['/', '/login', '/runs/x', ...ROUTES]) {
    expect((await server.inject({ url })).statusCode, url).toBe(404);
  }
});

test('guessing the admin token is slow', async () => {
  const { server } = setUpAdmin();
  let last = 0;
  for (let guess = 0; guess <= 301; guess += 1) {
    const headers = { authorization: `Bearer guess-${guess}` };
    last = (await server.inject({ url: '/api/runs', headers, remoteAddress: '192.0.2.9' })).statusCode;
  }
  expect(last).toBe(429);
});

test('the description names every route, and what each answers', async () => {
  const { api } = setUpAdmin();
  const { body } = await api('GET', '/api/openapi.json');
  expect(body.openapi).toBe('3.1.0');
  expect(body.info).toMatchObject({ title: 'Beckon', version: '1.2.3' });
  expect(
    Object.entries(body.paths)
      .flatMap(([path, methods]) => Object.keys(methods as object).map((m) => `${m} ${path}`))
      .sort(),
  ).toEqual([
    'get /api/config',
    'get /api/deliveries',
    'get /api/runs',
    'get /api/runs/{id}',
    'get /api/status',
    'get /api/why',
    'post /api/runs',
    'post /api/runs/{id}/cancel',
    'post /api/runs/{id}/retry',
    'post /api/simulate',
  ]);
  expect(body.paths['/api/runs'].get.responses['200']).toBeDefined();
  expect(body.security).toEqual([{ adminToken: [] }]);
});

test('runs are listed newest first, page by page, each once', async () => {
  const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString();
  // Two of the same moment are where a page ends.
  const runs = [0, 1, 2, 2, 3, 4].map((minute, index) => aRun({ id: `r${index}`, createdAt: at(minute) }));
  const { api } = setUpAdmin(runs);
  const found: string[] = [];
  let after: string | undefined;
  do {
    const more = after === undefined ? '' : `&after=${encodeURIComponent(after)}`;
    const { body } = await api('GET', `/api/runs?limit=2${more}`);
    found.push(...body.runs.map(({ id }: { id: string }) => id));
    after = body.next ?? undefined;
  } while (after !== undefined);
  expect(found).toEqual(['r5', 'r4', 'r3', 'r2', 'r1', 'r0']);
});

test('a list is narrowed by what stands in the address, and says what is wrong there', async () => {
  const { api } = setUpAdmin([
    aRun({ id: 'mine' }),
    aRun({ id: 'other', agent: 'codex' }),
    ended(aRun({ id: 'over' })),
  ]);
  const ids = async (query: string) =>
    (await api('GET', `/api/runs?${query}`)).body.runs.map(({ id }: { id: string }) => id).sort();
  expect(await ids('agent=codex')).toEqual(['other']);
  expect(await ids('state=succeeded')).toEqual(['over']);
  expect(await ids('project=acme/*&user=@ADA')).toEqual(['mine', 'other', 'over']);
  expect(await ids('project=other/**')).toEqual([]);
  expect(await ids('since=1h')).toHaveLength(3);
  for (const wrong of ['limit=0', 'limit=x', 'state=dead', 'since=soon', 'project=']) {
    const { status, body } = await api('GET', `/api/runs?${wrong}`);
    expect(status, wrong).toBe(400);
    expect(body.error.message).toContain(wrong.split('=')[0]);
  }
});

test('a run is shown with all that is known, by the beginning of its id too', async () => {
  const run = aFullRun();
  const { api } = setUpAdmin([run]);
  const { body } = await api('GET', `/api/runs/${run.id.slice(0, 12)}`);
  expect(body).toMatchObject({
    id: run.id,
    state: 'failed',
    title: 'Basket',
    input: '@claude-bot fix it',
    pipeline: { id: 33, url: 'https://gitlab.test/p/33' },
    history: run.history,
    outcome: run.outcome,
  });
  expect((await api('GET', '/api/runs/nope')).body.error.code).toBe('run_unknown');
  expect((await api('GET', '/api/runs/nope')).status).toBe(404);
});

test('of a confidential run neither title nor text is told', async () => {
  const run = aRun();
  const { server } = setUpAdmin([{ ...run, event: { ...run.event, confidential: true } }]);
  for (const url of ['/api/runs', `/api/runs/${run.id}`, '/', `/runs/${run.id}`]) {
    const { payload, statusCode } = await server.inject({
      url,
      headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
    });
    expect(statusCode).toBe(200);
    expect(payload).toContain(run.id);
    expect(payload).not.toContain('Basket');
    expect(payload).not.toContain('fix it');
  }
});

test('a run is asked to stop once, and not when it is over', async () => {
  const [running, over] = [aRun(), ended(aRun())];
  const { api, stops } = setUpAdmin([running, over]);
  expect((await api('POST', `/api/runs/${running.id}/cancel`)).body).toEqual({
    id: running.id,
    answer: 'asked',
    state: 'queued',
  });
  expect(stops.get(running.id)).toEqual({ by: 'the operator', reason: '' });
  expect((await api('POST', `/api/runs/${over.id}/cancel`)).body).toEqual({
    id: over.id,
    answer: 'over',
    state: 'succeeded',
  });
  expect((await api('GET', `/api/runs/${running.id}`)).body.stop.by).toBe('the operator');
});

test('a run that is over is started again as a new one, however often it is asked for', async () => {
  const [running, over] = [aRun(), ended(aRun())];
  const { api, kept } = setUpAdmin([running, over]);
  const { body } = await api('POST', `/api/runs/${over.id}/retry`);
  expect(body).toMatchObject({ retryOf: over.id, duplicate: false, state: 'queued' });
  expect(kept.get(body.id)?.retryOf).toBe(over.id);
  expect((await api('POST', `/api/runs/${over.id}/retry`)).body).toMatchObject({
    id: body.id,
    duplicate: true,
  });
  expect((await api('POST', `/api/runs/${running.id}/retry`)).body.error.code).toBe('run_not_over');
});

test('the config is told without anything secret', async () => {
  const { api } = setUpAdmin([], { config: config({ triggers: [trigger({ name: 'all' })] }) });
  const { body } = await api('GET', '/api/config');
  expect(body.triggers).toMatchObject([{ name: 'all', agent: 'claude' }]);
  expect(JSON.stringify(body)).not.toMatch(/token/i);
});

test('a payload is explained, and nothing is done', async () => {
  const { api, kept } = setUpAdmin([], { clock: () => NOW });
  const { body, status } = await api('POST', '/api/simulate?event=Note+Hook', {
    body: notePayload('@claude-bot fix it'),
  });
  expect(status).toBe(200);
  expect(body.status).toBe('accepted');
  expect(body.verdicts.length).toBeGreaterThan(0);
  expect(kept.size).toBe(0);
  expect((await api('POST', '/api/simulate', { body: [] as object })).status).toBe(400);
});

test('why nothing happened is answered of the address of a comment', async () => {
  const asked: string[] = [];
  const answer = { conclusion: 'It mentions nobody.', remedy: null, runs: [], findings: [] };
  const { api, server } = setUpAdmin([], {
    why: async (url) => {
      asked.push(url);
      return { url, ...answer };
    },
  });
  const url = 'https://gitlab.example.com/acme/shop/-/issues/3#note_900';
  const { body } = await api('GET', `/api/why?url=${encodeURIComponent(url)}`);
  expect(body).toEqual({ url, ...answer });
  expect((await api('GET', '/api/why')).status).toBe(400);
  expect((await api('GET', `/api/why?url=${'x'.repeat(3_000)}`)).status).toBe(400);
  for (const path of ['/api/why?url=x', '/why?url=x', '/deliveries'])
    expect((await server.inject({ url: path })).statusCode, path).not.toBe(200);
  expect(asked).toEqual([url]);
});

test('the status has the queue, and how the limits are used', async () => {
  const { api } = setUpAdmin();
  expect((await api('GET', '/api/status')).body).toEqual({
    version: '1.2.3',
    queue: { waiting: 3, active: 1, delayed: 0, completed: 0, failed: 0 },
    runs: STANDING,
  });
});
