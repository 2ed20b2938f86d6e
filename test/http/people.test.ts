import { afterEach, expect, test, vi } from 'vitest';
import type { Run } from '../../src/runs/run.ts';
import { ended } from '../queue/a-run.ts';
import { setUpPeople } from './people-set-up.ts';

afterEach(() => {
  vi.useRealTimers();
});

type SetUp = Awaited<ReturnType<typeof setUpPeople>>;
type Visitor = ReturnType<SetUp['visitor']>;

async function signedIn({ visitor }: SetUp, username: string): Promise<Visitor> {
  const browser = visitor();
  await browser.signIn(username);
  return browser;
}

async function idsFor(browser: Visitor, query = ''): Promise<readonly string[]> {
  const { status, text } = await browser.get(`/api/runs?${query}`);
  expect(status, text).toBe(200);
  return JSON.parse(text).runs.map(({ id }: Run) => id);
}

/** What GitLab was asked about memberships since it was last looked. */
function asked({ gitlab }: SetUp): () => readonly string[] {
  let from = gitlab.requests.length;
  return () => {
    const paths = gitlab.requests.slice(from).map(({ path }) => path);
    from = gitlab.requests.length;
    return paths.filter((path) => path.includes('/members/'));
  };
}

test('people see the runs of their projects, and of others not that there are any', async () => {
  const scene = await setUpPeople();
  const { addRun, shop, secret, alice, bob, kept } = scene;
  const mine = addRun(shop, alice, { id: 'run-mine' });
  const theirs = addRun(secret, bob, { id: 'run-theirs', agent: 'claude', title: 'Merger' });
  const browser = await signedIn(scene, 'alice');
  expect(await idsFor(browser)).toEqual([mine.id]);
  expect(JSON.parse((await browser.get('/api/runs')).text)).toMatchObject({ next: null, incomplete: false });
  for (const query of ['project=acme/secret', 'user=bob', 'project=acme/secret&limit=1']) {
    expect(await idsFor(browser, query)).toEqual([]);
  }
  // The same answers as where there is none, also to the beginning of an id.
  const statuses = async (id: string) => [
    (await browser.get(`/runs/${id}`)).status,
    (await browser.get(`/api/runs/${id}`)).status,
    (await browser.post(`/runs/${id}/cancel`)).status,
    (await browser.post(`/api/runs/${id}/retry`)).status,
  ];
  expect(await statuses(theirs.id)).toEqual([404, 404, 404, 404]);
  expect(await statuses('run-none')).toEqual([404, 404, 404, 404]);
  const words = async (id: string) => (await browser.get(`/api/runs/${id}`)).text.replaceAll(id, 'ID');
  expect(await words(theirs.id)).toBe(await words('run-none'));
  expect(JSON.parse((await browser.get('/api/runs/run-')).text).id).toBe(mine.id);
  const page = await browser.get('/');
  expect(page.text).toContain('run-mine');
  for (const text of ['run-theirs', 'Merger', 'bob', 'acme/secret']) expect(page.text).not.toContain(text);
  kept.delete(mine.id);
  expect((await browser.get('/')).text).not.toContain('claude');
  expect(await idsFor(await signedIn(scene, 'bob'))).toEqual([theirs.id]);
});

test.each([
  ['a Guest', 'guest', 'other', []],
  ['a Planner', 'planner', 'other', []],
  ['a Reporter', 'reporter', 'other', ['run-open', 'run-confidential']],
  ['a Guest who asked', 'guest', 'own', ['run-open', 'run-confidential']],
  ['nobody of the project who asked', undefined, 'own', []],
] as const)('%s sees what of a project', async (_who, level, whose, seen) => {
  const scene = await setUpPeople();
  const { addRun, shop, alice, world } = scene;
  const carol = world.addUser({ username: 'carol' });
  if (level !== undefined) world.addMember({ project: shop, user: carol, level });
  const asker = whose === 'own' ? carol : alice;
  addRun(shop, asker, { id: 'run-open', createdAt: '2026-05-02T00:00:00.000Z' });
  const { event, ...run } = addRun(shop, asker, {
    id: 'run-confidential',
    createdAt: '2026-05-01T00:00:00.000Z',
  });
  scene.kept.set(run.id, { ...run, event: { ...event, confidential: true } });
  expect(await idsFor(await signedIn(scene, 'carol'))).toEqual(seen);
});

test('who is blocked, lost the role, or whose membership ended sees nothing once the minute is over', async () => {
  vi.useFakeTimers({ toFake: ['Date', 'performance'] });
  // At the very beginning of time nothing grows old.
  vi.advanceTimersByTime(1_000);
  const scene = await setUpPeople();
  const { addRun, shop, alice, world } = scene;
  addRun(shop, alice, { id: 'run-mine' });
  const browser = await signedIn(scene, 'alice');
  const laterSees = async () => {
    vi.advanceTimersByTime(60_001);
    return idsFor(browser);
  };
  expect(await idsFor(browser)).toEqual(['run-mine']);
  world.setUserState({ user: alice, state: 'blocked' });
  expect(await laterSees()).toEqual([]);
  world.setUserState({ user: alice, state: 'active' });
  expect(await laterSees()).toEqual(['run-mine']);
  world.removeMember({ project: shop, user: alice });
  expect(await laterSees()).toEqual([]);
  const over = new Date(Date.now() - 86_400_000);
  world.addMember({ project: shop, user: alice, level: 'owner', expiresAt: over });
  expect(await laterSees()).toEqual([]);
});

test('who was let into a project sees its runs at once by their addresses, and in the list within the minute', async () => {
  vi.useFakeTimers({ toFake: ['Date', 'performance'] });
  // At the very beginning of time nothing grows old.
  vi.advanceTimersByTime(1_000);
  const scene = await setUpPeople();
  const { addRun, secret, bob, alice, world } = scene;
  const run = addRun(secret, bob);
  const browser = await signedIn(scene, 'alice');
  expect(await idsFor(browser)).toEqual([]);
  world.addMember({ project: secret, user: alice, level: 'reporter' });
  expect((await browser.get(`/runs/${run.id}`)).status).toBe(200);
  vi.advanceTimersByTime(60_001);
  expect(await idsFor(browser)).toEqual([run.id]);
});

test('a page out of thousands of runs of others asks GitLab once for each project, and then not for a minute', async () => {
  const scene = await setUpPeople();
  const { addRun, shop, secret, alice, bob, world } = scene;
  const third = await world.addProject({ path: 'acme/third' });
  const at = (minute: number) => new Date(Date.UTC(2026, 0, 1) + minute * 60_000).toISOString();
  for (let index = 0; index < 3_000; index += 1) {
    addRun(index % 2 === 0 ? secret : third, bob, {
      id: `run-theirs-${index}`,
      createdAt: at(1_000 + index),
    });
  }
  for (let index = 0; index < 60; index += 1) {
    addRun(shop, alice, { id: `run-mine-${index}`, createdAt: at(index) });
  }
  const browser = await signedIn(scene, 'alice');
  const questions = asked(scene);
  const first = JSON.parse((await browser.get('/api/runs')).text);
  expect(first.runs).toHaveLength(50);
  expect(first.next).not.toBeNull();
  expect(questions()).toHaveLength(3);
  expect(await idsFor(browser, `after=${encodeURIComponent(first.next)}`)).toHaveLength(10);
  expect(await idsFor(browser)).toHaveLength(50);
  expect(questions()).toEqual([]);
});

test('where GitLab is away nobody sees anything, and the list says that it may lack runs', async () => {
  const scene = await setUpPeople();
  const { addRun, shop, alice, gitlab } = scene;
  const run = addRun(shop, alice);
  const browser = await signedIn(scene, 'alice');
  gitlab.faults.add({ match: { method: 'GET', path: /members/ }, times: 3, do: { status: 502 } });
  expect(JSON.parse((await browser.get('/api/runs')).text)).toMatchObject({ runs: [], incomplete: true });
  expect((await browser.get('/')).text).toContain('GitLab did not answer in time');
  expect((await browser.get(`/runs/${run.id}`)).status).toBe(404);
  expect(await idsFor(browser)).toEqual([run.id]);
});

test('nobody but the operator sees runs of an agent that is not configured any more', async () => {
  const scene = await setUpPeople();
  scene.addRun(scene.shop, scene.alice, { agent: 'retired' });
  expect(await idsFor(await signedIn(scene, 'alice'))).toEqual([]);
});

test('people stop their own runs, and Maintainers those of others, in their own name', async () => {
  const scene = await setUpPeople();
  const { addRun, shop, alice, world, stops, audited } = scene;
  const [carol, dora] = ['carol', 'dora'].map((username) => world.addUser({ username }));
  if (carol === undefined || dora === undefined) throw new Error('they were added');
  world.addMember({ project: shop, user: carol, level: 'developer' });
  world.addMember({ project: shop, user: dora, level: 'maintainer' });
  const [hers, other] = [addRun(shop, alice), addRun(shop, carol)];
  const browser = await signedIn(scene, 'alice');
  expect((await browser.post(`/runs/${hers.id}/cancel`)).status).toBe(303);
  const refused = await browser.post(`/runs/${other.id}/cancel`);
  expect(refused.status).toBe(403);
  expect(refused.text).toContain('Only who started it (carol) or a Maintainer can stop it.');
  expect([...stops]).toEqual([[hers.id, { by: 'alice', reason: '' }]]);
  const maintainer = await signedIn(scene, 'dora');
  expect((await maintainer.post(`/api/runs/${other.id}/cancel`)).status).toBe(200);
  expect(stops.get(other.id)?.by).toBe('dora');
  expect(audited.filter(({ event }) => event === 'command').map(({ actor }) => actor)).toEqual([
    'alice',
    'dora',
  ]);
});

test('who may start the agent starts a run again, as their own wish', async () => {
  const scene = await setUpPeople();
  const { addRun, shop, alice, world, kept } = scene;
  const [carol, eve] = ['carol', 'eve'].map((username) => world.addUser({ username }));
  if (carol === undefined || eve === undefined) throw new Error('they were added');
  world.addMember({ project: shop, user: carol, level: 'developer' });
  world.addMember({ project: shop, user: eve, level: 'reporter' });
  const run = addRun(shop, alice);
  kept.set(run.id, ended(run));
  const refused = await (await signedIn(scene, 'eve')).post(`/runs/${run.id}/retry`);
  expect(refused.status).toBe(403);
  expect(refused.text).toContain('needs at least the Developer role');
  const answer = await (await signedIn(scene, 'carol')).post(`/api/runs/${run.id}/retry`);
  const again = kept.get(JSON.parse(answer.text).id);
  expect(again).toMatchObject({ retryOf: run.id, event: { actor: { id: carol.id, username: 'carol' } } });
});

test('what somebody may do is asked of GitLab at that moment', async () => {
  const scene = await setUpPeople();
  const { addRun, shop, alice, world, gitlab, stops } = scene;
  const run = addRun(shop, alice);
  const browser = await signedIn(scene, 'alice');
  expect(await idsFor(browser)).toEqual([run.id]);
  gitlab.faults.add({ match: { method: 'GET', path: /members/ }, do: { status: 502 } });
  expect((await browser.post(`/runs/${run.id}/cancel`)).status).toBe(503);
  world.addMember({ project: shop, user: alice, level: 'reporter' });
  expect((await browser.post(`/runs/${run.id}/cancel`)).status).toBe(403);
  expect(stops.size).toBe(0);
});

test('where projects have secrets of their own nobody stops a run whose id is that of another project', async () => {
  const projects = { patterns: ['acme/**'], match: () => true };
  const projectSecrets = [{ projects, secretTokens: [], signingTokens: [] }];
  const scene = await setUpPeople({ webhook: { projectSecrets } });
  const { addRun, shop, secret, alice, kept, stops } = scene;
  const right = addRun(shop, alice);
  const { event, ...run } = addRun(shop, alice);
  const project = { ...event.project, path: secret.pathWithNamespace };
  kept.set(run.id, { ...run, event: { ...event, project } as Run['event'] });
  const browser = await signedIn(scene, 'alice');
  expect((await browser.post(`/runs/${run.id}/cancel`)).status).toBe(403);
  expect((await browser.post(`/runs/${right.id}/cancel`)).status).toBe(303);
  expect([...stops.keys()]).toEqual([right.id]);
});

test('another site has nothing stopped by who is signed in', async () => {
  const scene = await setUpPeople();
  const run = scene.addRun(scene.shop, scene.alice);
  const browser = await signedIn(scene, 'alice');
  expect((await browser.post(`/runs/${run.id}/cancel`, { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
  expect(scene.stops.size).toBe(0);
});

test('who signed in with GitLab sees nothing that tells of all projects', async () => {
  const browser = await signedIn(await setUpPeople(), 'alice');
  for (const path of ['/agents', '/simulate', '/deliveries', '/queue', '/why?url=https://gitlab.test/x']) {
    expect((await browser.get(path)).status, path).toBe(404);
  }
  for (const path of [
    '/api/config',
    '/api/status',
    '/api/deliveries',
    '/api/why?url=https://gitlab.test/x',
  ]) {
    expect((await browser.get(path)).status, path).toBe(403);
  }
  expect((await browser.post('/api/runs')).status).toBe(403);
});
