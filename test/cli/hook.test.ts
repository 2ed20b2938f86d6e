import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openReceiver, SECRET } from './receiver.ts';
import { openScene, PROJECT } from './scene.ts';
import { type ShippedProgram, shippedProgram } from './shipped-program.ts';

/** Each test starts the program several times, on a machine that may be busy. */
const LIMIT = 180_000;

let program: ShippedProgram;
beforeAll(() => {
  program = shippedProgram();
});
afterAll(() => program.remove());

async function sceneWithReceiver(options: Partial<Parameters<typeof openScene>[0]> = {}) {
  const receiver = await openReceiver();
  const more = `server: { publicUrl: "${receiver.url}" }`;
  const scene = await openScene({ program, operator: 'maintainer', more, ...options });
  return { ...scene, receiver, hooks: () => [...scene.world.state.hooks.values()] };
}

/** A group with projects of all kinds below it, of which a trigger covers all but one; olga is its Maintainer. */
async function sceneWithGroup() {
  const scene = await sceneWithReceiver({ covers: ['acme/**', '!acme/web/none'] });
  const { world } = scene;
  const group = world.addGroup({ path: 'acme/web' });
  world.addMember({ group, user: 'olga', level: 'maintainer' });
  for (const path of ['acme/web/sub/deep', 'acme/web/none', 'acme/web/api', 'acme/web/old'])
    await world.addProject({ path });
  world.updateProject({ project: 'acme/web/old', archived: true });
  const lent = await world.addProject({ path: 'tools/lent', visibility: 'public' });
  world.updateProject({ project: lent, sharedWithGroupIds: [group.id] });
  return {
    ...scene,
    /** Of the projects that have a webhook. */
    paths: () =>
      scene
        .hooks()
        .map(({ projectId }) => world.state.projects.get(projectId)?.pathWithNamespace)
        .sort(),
  };
}

describe('beckon hook', { timeout: LIMIT }, () => {
  it('sync adds the webhook, and changes nothing the second time', async () => {
    const { hook, gitlab, hooks, receiver } = await sceneWithReceiver();
    expect(await hook('sync', PROJECT, '--dry-run')).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('a hook would be added: '),
    });
    expect(hooks()).toEqual([]);
    const first = await hook('sync', PROJECT);
    expect(first).toMatchObject({ status: 0, stderr: '' });
    expect(first.stdout).toMatch(
      /^acme\/web\/shop: hook \d+ is added: http:\S+\/webhooks\/gitlab with issues, merge_requests, note, pipeline\.\n$/,
    );
    expect(hooks()).toMatchObject([
      { url: `${receiver.url}/webhooks/gitlab`, token: SECRET, enableSslVerification: true },
    ]);
    expect([...(hooks()[0]?.events ?? [])].sort()).toEqual(['issues', 'merge_requests', 'note', 'pipeline']);
    expect(first.stdout).not.toContain(SECRET);

    const before = gitlab.requests.length;
    const second = await hook('sync', PROJECT);
    expect(second.stdout).toMatch(/: nothing to change in hook \d+\.\nGitLab does not show secrets/);
    expect(gitlab.requests.slice(before).every(({ method }) => method === 'GET')).toBe(true);
    expect(gitlab.violations).toEqual([]);
  });

  it('sync repairs what is wrong, and writes the secret anew when asked to', async () => {
    const { hook, world, project, hooks, receiver } = await sceneWithReceiver();
    const url = `${receiver.url}/webhooks/gitlab/`;
    const other = world.addHook({ project, url: 'https://ci.example.com/hook' });
    const wrong = world.addHook({
      project,
      url,
      token: 'old',
      events: ['push', 'note'],
      enableSslVerification: false,
    });
    const repaired = await hook('sync', PROJECT);
    expect(repaired.stdout).toContain(
      `hook ${wrong.id} is changed: pipeline_events on, issues_events on, merge_requests_events on, push_events off, SSL verification on.`,
    );
    expect(hooks()).toMatchObject([other, { url, token: 'old', enableSslVerification: true }]);
    expect((await hook('test', PROJECT)).status).toBe(1);
    expect((await hook('sync', PROJECT, '--secret')).stdout).toContain('is changed: secret token written.');
    expect(hooks()[1]?.token).toBe(SECRET);
  });

  it('test says what the webhook was answered, and switches it on again', async () => {
    const { hook, gitlab, world, project, hooks, receiver } = await sceneWithReceiver({
      gitlab: { limits: { hookTests: 100 } },
    });
    const none = await hook('test', PROJECT);
    expect(none).toMatchObject({
      status: 1,
      stdout: expect.stringContaining('`beckon hook sync acme/web/shop` adds'),
    });
    await hook('sync', PROJECT);
    world.openIssue({ project, author: 'olga', title: 'Bug' });
    await gitlab.webhooksSettled();
    receiver.secret = 'another';
    const refused = await hook('test', PROJECT);
    expect(refused).toMatchObject({ status: 1, stdout: expect.stringContaining('does not work: ') });
    const disabledUntil = new Date(Date.now() + 3_600_000);
    for (const one of hooks()) world.updateHook({ hook: one, recentFailures: 4, disabledUntil });
    expect(await hook('list', PROJECT)).toMatchObject({
      status: 1,
      stdout: expect.stringMatching(/✗ hook \d+ http.*\n +state +temporarily_disabled until \d/),
    });
    receiver.secret = SECRET;
    expect(await hook('test', PROJECT)).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/hook \d+ works, by a test of issues_events: 200 fine\n$/),
    });
    const listed = await hook('list', PROJECT, '--json');
    expect(listed.status).toBe(0);
    expect(JSON.parse(listed.stdout)).toMatchObject([
      {
        project: PROJECT,
        hooks: [
          {
            state: 'executable',
            disabledUntil: null,
            deliveries: [{ status: '200', answer: 'fine' }, { status: '401' }, { status: '200' }],
          },
        ],
      },
    ]);
  });

  it('remove removes ours and no other', async () => {
    const { hook, world, project, hooks } = await sceneWithReceiver();
    const other = world.addHook({ project, url: 'https://ci.example.com/hook' });
    await hook('sync', PROJECT);
    expect((await hook('remove', PROJECT, '--dry-run')).stdout).toContain('would be removed.');
    expect(hooks()).toHaveLength(2);
    expect((await hook('remove', PROJECT)).stdout).toContain('is removed.');
    expect(hooks()).toEqual([other]);
    expect(await hook('remove', PROJECT)).toMatchObject({
      status: 0,
      stdout: `${PROJECT}: nothing to remove.\n`,
    });
  });

  it('goes on with the other projects where some fail, and says once what to do', async () => {
    const { hook, hooks } = await sceneWithReceiver();
    const answer = await hook('sync', 'acme/none', PROJECT, 'acme/nope');
    expect(answer.status).toBe(1);
    expect(answer.stderr).toMatch(
      /^acme\/none: GitLab has no project or group acme\/none for this token\.\nacme\/nope: .*\nIs that its full path\?.*\n$/,
    );
    expect(answer.stdout).toMatch(/is added: .*\nIn all: 2 failed, 1 added\.\n$/);
    expect(hooks()).toHaveLength(1);
  });

  it('does it for all projects of a group that a trigger covers, once each', async () => {
    const { hook, gitlab, hooks, paths } = await sceneWithGroup();
    const dry = await hook('sync', 'acme/web', '--dry-run');
    expect(dry).toMatchObject({ status: 0, stderr: '' });
    expect(dry.stdout.split('\n')).toEqual([
      expect.stringMatching(/^acme\/web\/api: a hook would be added: /),
      'acme/web/none: no trigger of the config covers it.',
      expect.stringMatching(/^acme\/web\/shop: a hook would be added: /),
      expect.stringMatching(/^acme\/web\/sub\/deep: a hook would be added: /),
      'In all: 3 to add, 1 not covered.',
      '',
    ]);
    expect(hooks()).toEqual([]);

    gitlab.faults.add({ match: { method: 'POST', path: /\/hooks$/ }, do: { status: 403 } });
    const first = await hook('sync', 'acme/web', PROJECT, 'ACME/web/sub');
    expect(first.status).toBe(1);
    for (const count of ['2 added', '1 failed', '1 not covered'])
      expect(first.stdout.split('\n').at(-2)).toContain(count);
    expect(first.stderr).toMatch(
      /^acme\/web\/\S+: GitLab, asked with gitlab\.token .*\n.*role Maintainer in acme\/web\//,
    );
    expect(hooks()).toHaveLength(2);

    expect((await hook('sync', 'acme/web')).status).toBe(0);
    expect(paths()).toEqual(['acme/web/api', 'acme/web/shop', 'acme/web/sub/deep']);
    const before = gitlab.requests.length;
    const again = await hook('sync', 'acme/web');
    expect(again.stdout.match(/nothing to change in hook/g)).toHaveLength(3);
    expect(again.stdout).toMatch(/\nGitLab does not show secrets.*\nIn all: 3 unchanged, 1 not covered\.\n$/);
    expect(gitlab.requests.slice(before).every(({ method }) => method === 'GET')).toBe(true);
    expect(gitlab.violations).toEqual([]);
  });

  it('takes globs, and leaves out what begins with !', async () => {
    const { hook, paths } = await sceneWithGroup();
    const direct = await hook('sync', 'acme/web/*', '!acme/web/api');
    expect(direct).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/In all: 1 not covered, 1 added\.\n$/),
    });
    expect(paths()).toEqual([PROJECT]);
    const listed = await hook('list', 'acme/**', '--json');
    expect(JSON.parse(listed.stdout)).toMatchObject([
      { project: 'acme/web/api', hooks: [] },
      { project: 'acme/web/none', hooks: [] },
      { project: PROJECT, hooks: [{ state: 'executable' }] },
      { project: 'acme/web/sub/deep', hooks: [] },
    ]);
    expect(listed.status).toBe(1);
    // What no trigger covers misses no webhook.
    expect((await hook('list', 'acme/web/s*', 'acme/web/n*')).status).toBe(0);
    expect((await hook('remove', 'acme/{web,other}/**')).stdout).toMatch(
      /In all: 3 without a webhook, 1 removed\.\n$/,
    );
    expect(paths()).toEqual([]);
  });

  it('says what is wrong with a place', async () => {
    const { hook } = await sceneWithGroup();
    expect(await hook('sync', 'acme/x*')).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(
        /^GitLab has no project for acme\/x\* that this token may see\.\nNot counted are archived/,
      ),
    });
    expect(await hook('sync', 'nobody/**')).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/^GitLab has no group nobody for this token\.\n/),
    });
    for (const [fault, ...places] of [
      ['A glob begins with the path of a group', '**/shop'],
      ['The pattern is not a valid glob', 'acme/[z-a]*'],
      ['only leaves out', '!acme/web/shop'],
    ])
      expect(await hook('sync', ...places)).toMatchObject({
        status: 2,
        stderr: expect.stringContaining(fault ?? ''),
      });
  });

  it('says what to do where GitLab refuses', async () => {
    const blocked = await sceneWithReceiver({ gitlab: { refuseLocalHooks: true } });
    const answer = await blocked.hook('sync', PROJECT);
    expect(answer.status).toBe(1);
    expect(answer.stderr).toMatch(/Url is blocked.*\n.*Admin > Settings > Network > Outbound requests\.\n$/);
    const reporter = await sceneWithReceiver({ operator: 'reporter' });
    expect(await reporter.hook('sync', PROJECT)).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(
        /gitlab\.token of the config.*403.*\n.*role Maintainer in acme\/web\/shop/,
      ),
    });
    const nowhere = await openScene({ program, operator: 'maintainer' });
    expect(await nowhere.hook('sync', PROJECT)).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(
        /^The config does not say where GitLab reaches Beckon\.\nSet server\.publicUrl/,
      ),
    });
    expect((await nowhere.hook('sync')).status).toBe(2);
  });
});
