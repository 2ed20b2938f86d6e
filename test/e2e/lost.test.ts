import { afterEach, expect, it } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { describeWith } from '../support/needs.ts';
import { until } from '../support/until.ts';
import { noteSaying, openScene, type Scene } from './scene.ts';

describeWith(['git'], 'a program that was down', () => {
  let scene: Scene | undefined;
  afterEach(async () => {
    await scene?.close();
    scene = undefined;
  }, 60_000);

  it('does all that was asked meanwhile, once, and switches its webhook on again', async () => {
    scene = await openScene({
      operator: true,
      // GitLab sends nothing again to a webhook whose address has changed.
      port: await freePort(),
      agents: { idle: { flow: '.gitlab/duo/flows/idle.yaml' } },
      // A GitLab whose administrator lets ten be resent in a minute.
      gitlabLimits: { hookResends: 10 },
      limits: { runs: { perUser: 10, perProject: 10 } },
    });
    const { world, project, gitlab, hook, log } = scene;
    const messages = () => log.map((line) => JSON.parse(line) as Record<string, unknown>);
    const issues = Array.from({ length: 10 }, (_, index) =>
      world.openIssue({ project, author: 'alice', title: `Issue ${index}` }),
    );
    await gitlab.webhooksSettled();
    await scene.stopBeckon();
    // All at once: what is written when GitLab has already switched the webhook off is in no list of deliveries.
    for (const issue of issues) {
      world.comment({ issue, author: 'alice', body: '@idle-bot please look' });
      world.comment({ issue, author: 'alice', body: 'Nothing for a bot.' });
    }
    await gitlab.webhooksSettled();
    expect(world.state.hooks.get(hook.id)?.disabledUntil).not.toBeNull();

    await scene.startBeckon();
    await until('the webhook is on again', () => world.state.hooks.get(hook.id)?.disabledUntil === null, {
      ms: 60_000,
    });
    for (const issue of issues) {
      await noteSaying(scene, issue, /Agent has finished/, { ms: 180_000 });
      expect(scene.botNotes(issue)).toHaveLength(1);
    }
    // The other comments would have done nothing, so they were left alone.
    const resent = messages().filter(({ msg }) => msg === 'delivery resent');
    expect(resent.map(({ event, status }) => [event, status])).toEqual(
      issues.map(() => ['Note Hook', '202']),
    );
    expect(messages().map(({ msg }) => msg)).toEqual(
      expect.arrayContaining(['webhook was switched off by GitLab', 'webhook is on again']),
    );
    const metrics = await (await fetch(`${scene.address()}/metrics`)).text();
    expect(metrics).toMatch(/^beckon_hooks_watched 1$/m);
    expect(metrics).toMatch(/^beckon_hooks_disabled 0$/m);
    expect([...world.state.pipelines.values()].filter(({ source }) => source === 'api')).toHaveLength(10);
    expect(gitlab.violations).toEqual([]);
  }, 300_000);

  it('says so where nobody gave it a token for that', async () => {
    scene = await openScene({ agents: { idle: { flow: '.gitlab/duo/flows/idle.yaml' } } });
    expect(scene.log.join('\n')).toContain('no operator token: ');
  }, 120_000);
});
