import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import type { Noteable } from '../gitlab/world/records-discussion.ts';
import { redisHome } from '../queue/homes.ts';
import { describeWith } from '../support/needs.ts';
import { until } from '../support/until.ts';
import { ADMIN_TOKEN, noteSaying, openScene, type Scene } from './scene.ts';

const flow = (name: string) => ({ flow: `.gitlab/duo/flows/${name}.yaml` });
const NEW_SECRET = 'the-next-secret-of-the-webhook';

describeWith(['git'], 'a config that changes while the program runs', () => {
  let scene: Scene;
  let issues = 0;
  afterEach(async () => {
    expect(scene.gitlab.violations).toEqual([]);
    await scene.close();
  }, 60_000);

  const newIssue = () => {
    issues += 1;
    return scene.world.openIssue({ project: scene.project, author: 'alice', title: `Issue ${issues}` });
  };
  const lines = () => scene.log.map((line) => JSON.parse(line));
  const said = (text: string) => lines().filter(({ msg }) => msg === text);
  /** Has something done, and waits until the program has said so often what it made of the config. */
  async function change(act: () => unknown, { says = 'config reloaded', times = 1 } = {}) {
    const before = said(says).length;
    await act();
    await until(`the log says ${says}`, () => said(says).length >= before + times, { ms: 60_000 });
    return said(says).at(-1);
  }
  const hangUp = () => process.kill(scene.pid(), 'SIGHUP');
  const answers = () => [...scene.world.state.deliveries.values()].map((one) => one.responseStatus);
  const runIdsOf = (issue: Noteable) => scene.botNotes(issue).map(({ body }) => /run=(r\w+)/.exec(body)?.[1]);

  /** Gives the agent a new token, and takes the old one back once the program goes by the new one. */
  async function rotate(): Promise<void> {
    const { world, env } = scene;
    const next = world.addToken({ user: 'slow-bot', scopes: ['api'] });
    const reloaded = await change(async () => {
      await scene.writeSecret('TOKEN_SLOW', next.value);
      hangUp();
    });
    expect(reloaded.changed).toEqual(['agents.slow.token']);
    const old = [...world.state.tokens.values()].find(({ value }) => value === env.TOKEN_SLOW);
    if (old === undefined) throw new Error('it has an old token');
    world.revokeToken(old);
  }

  /** Has somebody ask for something four times a second, until told to stop; gives the issues. */
  function keepAsking() {
    const asked: ReturnType<typeof newIssue>[] = [];
    let isOver = false;
    const asking = (async () => {
      for (; !isOver; await sleep(250)) {
        const issue = newIssue();
        scene.world.comment({ issue, author: 'alice', body: '@idle-bot look' });
        asked.push(issue);
      }
    })();
    return async () => {
      isOver = true;
      await asking;
      await scene.gitlab.webhooksSettled();
      return asked;
    };
  }

  it('takes effect in the same process, and loses no delivery and no run', async () => {
    scene = await openScene({
      byFile: true,
      agents: { idle: flow('idle') },
      rules: { idle: { events: ['mention'] } },
      limits: { runs: { global: 50, perProject: 50, perAgent: 50, perUser: 50 } },
    });
    const { world, hook, config } = scene;
    const pid = scene.pid();
    const stop = keepAsking();

    const [first] = config.triggers;
    const triggers = [{ ...first, events: ['mention', 'assign'] }];
    const both = ['${file:secrets/WEBHOOK_SECRET}', '${file:secrets/NEXT_SECRET}'];
    await scene.writeSecret('NEXT_SECRET', NEW_SECRET);
    const line = await change(() =>
      scene.writeConfig({ ...config, triggers, webhook: { secretTokens: both } }),
    );
    expect(line.changed).toEqual(['triggers.idle.events', 'webhook.secretTokens']);
    const askApi = async () => {
      const headers = { authorization: `Bearer ${ADMIN_TOKEN}` };
      return (await fetch(`${scene.address()}/api/runs`, { headers })).status;
    };
    expect(await askApi()).toBe(200);
    const old = hook.token;
    world.updateHook({ hook, token: NEW_SECRET });
    const assigned = newIssue();
    world.assign({ issue: assigned, by: 'alice', users: ['idle-bot'] });
    await scene.gitlab.webhooksSettled();
    await change(async () => {
      await scene.writeConfig({
        ...config,
        triggers,
        server: { port: 1 },
        webhook: { secretTokens: both.slice(1) },
      });
      hangUp();
      // The second comes while the first is under way, unless the system takes them for one.
      hangUp();
    });
    expect(said('config keys take effect after a restart')).toMatchObject([{ keys: ['server.port'] }]);

    const headers = { 'content-type': 'application/json', 'x-gitlab-event': 'Note Hook' };
    const withToken = (token: string | null) =>
      fetch(`${scene.address()}/webhooks/gitlab`, {
        method: 'POST',
        headers: { ...headers, 'x-gitlab-token': token ?? '' },
        body: '{"object_kind":"note"}',
      });
    expect((await withToken(old)).status).toBe(401);
    expect((await withToken(NEW_SECRET)).status).not.toBe(401);
    // The admin token is not in the config any more.
    expect(await askApi()).toBe(404);

    const asked = [...(await stop()), assigned];
    expect(asked.length).toBeGreaterThan(8);
    for (const issue of asked) {
      await noteSaying(scene, issue, /It made no changes/, { ms: 120_000 });
      expect(scene.botNotes(issue)).toHaveLength(1);
    }
    expect(answers().filter((status) => !/^2/.test(status))).toEqual([]);
    const ends = () => said('run finished').map(({ runId }) => runId);
    await until('the log has every end', () => ends().length >= asked.length);
    expect(ends().sort()).toEqual(asked.flatMap(runIdsOf).sort());
    expect(scene.pid()).toBe(pid);
    expect(process.kill(pid, 0)).toBe(true);
    const metrics = await (await fetch(`${scene.address()}/metrics`)).text();
    expect(metrics).toMatch(/beckon_config_reloads_total\{outcome="reloaded"\} [2-9]/);
    expect(metrics).toMatch(/beckon_config_loaded_timestamp_seconds \d{10}/);
  }, 300_000);

  it('and is wrong is refused with all its faults, and the one before goes on', async () => {
    scene = await openScene({ byFile: true, agents: { idle: flow('idle') } });
    const { config } = scene;
    const faulty = { ...config, agent: {}, webhook: { secretTokens: ['${file:secrets/NOWHERE}'] } };
    const refused = await change(() => scene.writeConfig(faulty), {
      says: 'config refused, the one before goes on',
    });
    expect(refused).toMatchObject({ level: 'error' });
    expect(refused.faults).toEqual([
      expect.stringMatching(
        /beckon\.yaml:\d+:\d+ webhook\.secretTokens\.0: the file .*NOWHERE cannot be read/,
      ),
      expect.stringMatching(/beckon\.yaml:\d+:\d+ agent: unknown key; did you mean agents\?/),
    ]);
    const gitlab = { ...config.gitlab, caFile: 'nowhere.pem' };
    const uncertified = await change(() => scene.writeConfig({ ...config, gitlab }), {
      says: 'config refused, the one before goes on',
    });
    expect(uncertified.faults).toEqual([expect.stringContaining('nowhere.pem')]);
    const issue = newIssue();
    scene.world.comment({ issue, author: 'alice', body: '@idle-bot look' });
    await noteSaying(scene, issue, /It made no changes/);

    // The file that was missing is one that is looked at.
    await change(() => scene.writeConfig({ ...faulty, agent: undefined }), {
      says: 'config refused, the one before goes on',
    });
    const mended = await change(() => scene.writeSecret('NOWHERE', NEW_SECRET));
    expect(mended.changed).toEqual(['webhook.secretTokens']);
    expect(scene.log.join('\n')).not.toContain(NEW_SECRET);
  }, 180_000);

  it('and brings a new token has a run in the middle go on with that', async () => {
    scene = await openScene({ byFile: true, agents: { slow: flow('held') } });
    const { world, project } = scene;
    const issue = newIssue();
    world.comment({ issue, author: 'alice', body: '@slow-bot go' });
    const note = await noteSaying(scene, issue, /Agent has started/);
    const branch = `workloads/${/run=(r\w+)/.exec(note.body)?.[1]}`;
    const repository = world.state.repositories.get(project.id);
    await until(
      'the agent has pushed',
      async () => (await repository?.readFile(branch, 'held.txt')) !== undefined,
      { ms: 30_000 },
    );

    await rotate();
    await world.commit({
      project,
      by: 'alice',
      branch: 'go-slow',
      startBranch: 'main',
      message: 'Go',
      actions: [{ action: 'create', path: 'go.txt', content: 'go\n' }],
    });
    await noteSaying(scene, issue, /It opened the merge request/, { ms: 60_000 });
    expect(scene.botNotes(issue)).toHaveLength(1);
    expect(said('step failed for good')).toEqual([]);
  }, 180_000);

  it('and brings a new token has a run between two steps go on with that', async () => {
    scene = await openScene({ byFile: true, agents: { slow: flow('idle') } });
    const { world, gitlab } = scene;
    gitlab.faults.add({ match: { method: 'POST', path: /\/pipeline$/ }, do: { delay: 4_000 } });
    const issue = newIssue();
    world.comment({ issue, author: 'alice', body: '@slow-bot go' });
    await noteSaying(scene, issue, /Processing/);
    await until('the pipeline is asked for', () => said('step done').some(({ next }) => next === 'pipeline'));
    await rotate();
    await noteSaying(scene, issue, /It made no changes/, { ms: 60_000 });
    expect(scene.botNotes(issue)).toHaveLength(1);
    expect([...world.state.pipelines.values()].filter(({ source }) => source === 'api')).toHaveLength(1);
    expect(said('step failed for good')).toEqual([]);

    // While it stops nothing is loaded any more.
    const ended = scene.stopBeckon('SIGTERM');
    hangUp();
    expect(await ended).toBe(0);
    expect(said('config refused, the one before goes on')).toEqual([]);
    expect(said('config reloaded')).toHaveLength(1);
  }, 180_000);
});

describeWith(
  ['git', 'redis-server'],
  'a config that processes apart from each other take one after the other',
  () => {
    let scene: Scene;
    afterEach(async () => {
      await scene.close();
    }, 60_000);

    it('has a run of a new trigger wait for a worker that knows it', async () => {
      scene = await openScene({
        home: redisHome(),
        byFile: true,
        agents: { idle: flow('idle') },
        rules: { idle: { events: ['mention'] } },
        apart: true,
      });
      const { world, config, project } = scene;
      const assigning = { name: 'assigning', agent: 'idle', events: ['assign'], projects: ['acme/**'] };
      await scene.writeConfig({ ...config, triggers: [...config.triggers, assigning] });
      process.kill(scene.pid(), 'SIGHUP');
      await until('the web process has it', () => scene.log.some((line) => line.includes('config reloaded')));
      const issue = world.openIssue({ project, author: 'alice', title: 'Checkout fails' });
      world.assign({ issue, by: 'alice', users: ['idle-bot'] });
      await noteSaying(scene, issue, /It made no changes/);
      expect(scene.botNotes(issue)).toHaveLength(1);
    }, 120_000);
  },
);
