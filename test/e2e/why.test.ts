import { afterAll, beforeAll, expect, it } from 'vitest';
import type { WhyAnswer } from '../../src/why/why.ts';
import { alertStatus } from '../gitlab/world/hooks.ts';
import type { Issue } from '../gitlab/world/records-discussion.ts';
import { noteUrl } from '../gitlab/world/urls.ts';
import { describeWith } from '../support/needs.ts';
import { until } from '../support/until.ts';
import { ADMIN_TOKEN, noteSaying, openScene, type Scene } from './scene.ts';

const HOUR = 3_600_000;

describeWith(['git'], 'why nothing happened', () => {
  let scene: Scene;
  let issue: Issue;
  /** Milliseconds by which GitLab's clock is behind ours. */
  let behind = 0;

  beforeAll(async () => {
    scene = await openScene({
      operator: true,
      agents: { idle: { flow: '.gitlab/duo/flows/idle.yaml' } },
      clock: () => Date.now() - behind,
    });
    const { world, project } = scene;
    issue = world.openIssue({ project, author: 'alice', title: 'Checkout fails' });
    const bot = world.addUser({ username: 'renovate-bot', bot: true });
    world.addMember({ user: bot, project, level: 'developer' });
  }, 120_000);
  afterAll(() => scene?.close(), 60_000);

  /** Has somebody write a comment; gives its address once its webhook is answered. */
  async function say(author: string, body: string): Promise<string> {
    const note = scene.world.comment({ issue, author, body });
    await scene.gitlab.webhooksSettled();
    return noteUrl(note, scene.world);
  }

  async function why(url: string): Promise<WhyAnswer> {
    const answer = await fetch(`${scene.address()}/api/why?url=${encodeURIComponent(url)}`, {
      headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
    });
    expect(answer.status).toBe(200);
    return (await answer.json()) as WhyAnswer;
  }

  it('finds the run that is there, and how it ended', async () => {
    const url = await say('alice', '@idle-bot go');
    const first = await why(url);
    expect(first.runs).toHaveLength(1);
    await noteSaying(scene, issue, /finished/);
    const { conclusion, runs } = await why(url);
    expect(conclusion).toMatch(
      new RegExp(`^The run ${runs[0]} of idle is for it: succeeded, no changes\\.$`),
    );
  }, 120_000);

  it('says that a role is too low', async () => {
    const url = await say('rita', '@idle-bot go');
    await until('the run ends', async () => /refused/.test((await why(url)).conclusion), { ms: 30_000 });
    expect((await why(url)).conclusion).toMatch(/needs at least the Developer role .* has Reporter/);
  }, 60_000);

  it('says that no trigger covers the project', async () => {
    const { conclusion } = await why(`${scene.gitlab.url}/other/docs/-/issues/1#note_1`);
    expect(conclusion).toMatch(/No trigger of the config covers the project other\/docs/);
  });

  it('says that a mention in code is none, and what the delivery was answered', async () => {
    const { conclusion, findings } = await why(await say('alice', 'Why does `@idle-bot` not answer?'));
    expect(conclusion).toMatch(/names @idle-bot only where that is no mention: in code/);
    expect(findings.filter(({ about }) => about === 'deliveries')).toMatchObject([
      { state: 'wrong', text: expect.stringMatching(/and ignored: The comment mentions nobody/) },
    ]);
    expect(findings.map(({ text }) => text)).toContainEqual(
      expect.stringMatching(/^GitLab delivered it at .* answered with 200/),
    );
  });

  it('says that the author is a bot, and that nobody was told', async () => {
    const url = await say('renovate-bot', '@idle-bot go');
    await until('the run ends', async () => /refused/.test((await why(url)).conclusion), { ms: 30_000 });
    expect((await why(url)).conclusion).toMatch(/@renovate-bot is not a person.* Nobody was told/);
  }, 60_000);

  it('knows of a delivery that came right before the program was told to stop', async () => {
    const url = await say('alice', 'Nobody in particular');
    await scene.stopBeckon();
    await scene.startBeckon();
    expect((await why(url)).findings.find(({ about }) => about === 'deliveries')).toMatchObject({
      text: expect.stringMatching(/and ignored: The comment mentions nobody/),
    });
  }, 60_000);

  it('says that it came too late', async () => {
    behind = 2 * HOUR;
    const url = await say('alice', '@idle-bot go on');
    behind = 0;
    const { conclusion, findings } = await why(url);
    expect(conclusion).toMatch(/and ignored: It happened at .*, longer ago than limits\.maxEventAge/);
    expect(findings.find(({ about }) => about === 'triggers')).toMatchObject({ state: 'ok' });
  });

  it('says that the webhook has another secret, that it is off, and that it is missing', async () => {
    const { world, hook } = scene;
    world.updateHook({ hook, token: 'another-secret' });
    const refused = await say('alice', '@idle-bot once more');
    expect((await why(refused)).conclusion).toMatch(/refused with 401: the webhook has another secret/);

    for (let time = 0; time < 4; time += 1) await say('alice', 'One more');
    const now = world.state.hooks.get(hook.id);
    expect(now && alertStatus(now, world.now())).not.toBe('executable');
    const unsent = await say('alice', '@idle-bot yet again');
    expect((await why(unsent)).conclusion).toMatch(
      /GitLab switched the webhook off|lists deliveries from before it/,
    );

    world.deleteHook(hook);
    const missing = await why(await say('alice', '@idle-bot please'));
    expect(missing.conclusion).toMatch(/No webhook leads to Beckon/);
    expect(missing.findings.find(({ about }) => about === 'person')).toMatchObject({ state: 'ok' });
    const low = await why(await say('rita', '@idle-bot please'));
    expect(low.conclusion).toMatch(/needs at least the Developer role/);
  }, 60_000);

  it('reads only, and tells nothing of what people wrote', async () => {
    const url = await say('alice', '@idle-bot a secret plan');
    const before = scene.gitlab.requests.length;
    expect(JSON.stringify(await why(url))).not.toMatch(/secret plan|Checkout fails/);
    const asked = scene.gitlab.requests.slice(before);
    expect(asked.length).toBeGreaterThan(3);
    expect(asked.filter(({ method }) => method !== 'GET')).toEqual([]);
    expect(scene.gitlab.violations).toEqual([]);
  });
});
