import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Issue, Note } from '../gitlab/world/records-discussion.ts';
import type { Project } from '../gitlab/world/records-project.ts';
import { redisHome } from '../queue/homes.ts';
import { describeWith } from '../support/needs.ts';
import { processUse } from '../support/process-use.ts';
import { until } from '../support/until.ts';
import { projectFiles } from './project-files.ts';
import { noteSaying, openScene, type Scene } from './scene.ts';

const RUNS = 1_000;
const SLOTS = 10;
/** Of each one has a turn at most, so there have to be more than turns. */
const ISSUES = 100;
/** Deliveries under way at once, as of the background jobs of a GitLab. */
const AT_ONCE = 20;
const MANY = 100_000;
const RATE = `${MANY}/h`;

// On one home, as each takes a minute; how they wait is the same code on all.
describeWith(['git', 'redis-server'], 'a thousand runs that wait for ten turns', () => {
  let scene: Scene;
  /** The comments that ask, oldest first. */
  const asked: { readonly issue: Issue; readonly comment: Note }[] = [];

  beforeAll(async () => {
    scene = await openScene({
      home: redisHome(),
      agents: { sleeper: { flow: '.gitlab/duo/flows/sleeper.yaml' } },
      limits: {
        runs: { global: SLOTS, perProject: MANY, perAgent: MANY, perUser: MANY },
        rate: { perUser: RATE, perProject: RATE, perAgent: RATE, perObject: RATE },
      },
      gitlabLimits: { notes: MANY },
    });
  }, 90_000);
  afterAll(async () => {
    await scene.close();
    expect(scene.gitlab.violations).toEqual([]);
  }, 90_000);

  const openIssue = (project: Project) => scene.world.openIssue({ project, author: 'alice', title: 'Sleep' });
  const say = (issue: Issue, body: string, thread: { discussionId?: string } = {}) =>
    scene.world.comment({ issue, author: 'alice', body: `@sleeper-bot ${body}`, ...thread });
  const pipelinesIn = ({ id }: Project) =>
    [...scene.world.state.pipelines.values()].filter((one) => one.projectId === id && one.source === 'api');

  /** Asks the queue how many jobs it has in each state. */
  async function depth(): Promise<Record<string, number>> {
    const metrics = await (await fetch(`${scene.address()}/metrics`)).text();
    const states = metrics.matchAll(/^beckon_queue_depth\{state="(\w+)"\} (\d+)$/gm);
    return Object.fromEntries([...states].map(([, state, count]) => [state, Number(count)]));
  }
  /** Has the run that a comment asked for stopped, and gives the seconds until its note says so. */
  async function stopped({ issue, comment: { discussionId } }: (typeof asked)[number]): Promise<number> {
    const began = Date.now();
    say(issue, 'stop', { discussionId });
    const notes = () => scene.botNotes(issue).filter((note) => note.discussionId === discussionId);
    await until(
      () => `the note says it; there is ${JSON.stringify(notes())}`,
      () => notes().some(({ body }) => body.startsWith('🛑 Agent was cancelled by alice.')),
      { ms: 30_000 },
    );
    expect(notes()).toHaveLength(1);
    return (Date.now() - began) / 1000;
  }

  it('takes them all, has ten at work, and the others as delayed jobs', async () => {
    const issues = Array.from({ length: ISSUES }, () => openIssue(scene.project));
    while (asked.length < RUNS + SLOTS) {
      const issue = issues[asked.length % ISSUES] ?? openIssue(scene.project);
      asked.push({ issue, comment: say(issue, 'go') });
      if (asked.length % AT_ONCE === 0) await scene.gitlab.webhooksSettled();
    }
    let depths: Record<string, number> = {};
    await until(
      () => `all of them wait; there are ${JSON.stringify(depths)}`,
      async () => {
        // Not so often that the asking is what takes the time.
        await sleep(500);
        depths = await depth();
        const { waiting, active, delayed = 0 } = depths;
        // Beside the runs there are the next times of what workers do ever again.
        return waiting === 0 && active === 0 && delayed >= RUNS + SLOTS && delayed < RUNS + SLOTS + 10;
      },
      { ms: 120_000 },
    );
    expect(pipelinesIn(scene.project)).toHaveLength(SLOTS);
    const said = new Set([...scene.world.state.notes.values()].map(({ body }) => body.slice(0, 24)));
    expect(said).toContain('⏳ Waiting for its turn: ');
  }, 180_000);

  it.runIf(process.platform === 'linux')(
    'takes little of the machine while they wait',
    async () => {
      const began = Date.now();
      const before = await processUse(scene.pid());
      await sleep(5_000);
      const after = await processUse(scene.pid());
      const seconds = (Date.now() - began) / 1000;
      const percent = (key: 'own' | 'all') => (100 * (after[key].cpu - before[key].cpu)) / seconds;
      const [own, all] = (['own', 'all'] as const).map(
        (key) => `${percent(key).toFixed(1)} % of a core and ${after[key].memory.toFixed()} MB`,
      );
      console.log(`${RUNS} waiting runs: ${own}; with the processes below it ${all}`);
      expect(percent('own')).toBeLessThan(5);
      expect(percent('all')).toBeLessThan(10);
      expect(after.own.memory).toBeLessThan(300);
    },
    30_000,
  );

  it('stops the last in the line within seconds', async () => {
    const last = asked.at(-1);
    if (last === undefined) throw new Error('they were asked for');
    const seconds = await stopped(last);
    console.log(`a waiting run was stopped within ${seconds.toFixed(1)} s`);
    expect(seconds).toBeLessThan(10);
    expect(pipelinesIn(scene.project)).toHaveLength(SLOTS);
  }, 90_000);

  it("lets another project's first run go before all of them", async () => {
    const { world, hook } = scene;
    const path = 'acme/tools';
    const project = await world.addProject({ path, files: projectFiles({ byInputs: false }) });
    for (const user of ['alice', 'sleeper-bot']) world.addMember({ user, project, level: 'developer' });
    world.addHook({ project, url: hook.url, token: hook.token, events: ['note'] });
    const issue = openIssue(project);
    say(issue, 'go');
    await noteSaying(scene, issue, /Waiting for its turn: 1 run is ahead of this one/);
    const working = pipelinesIn(scene.project).map(({ ref }) => ref.replace('workloads/', 'run='));
    const first = asked.find(({ issue: on, comment: { discussionId } }) =>
      scene
        .botNotes(on)
        .some((note) => note.discussionId === discussionId && working.some((run) => note.body.includes(run))),
    );
    if (first === undefined) throw new Error('ten are at work');
    await stopped(first);
    await noteSaying(scene, issue, /Agent has started/);
    expect(pipelinesIn(project)).toHaveLength(1);
    expect(pipelinesIn(scene.project)).toHaveLength(SLOTS);
  }, 90_000);
});
