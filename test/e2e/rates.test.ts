import { afterAll, beforeAll, expect, it } from 'vitest';
import { until } from '../support/until.ts';
import { onEachHome } from './on-each-home.ts';
import { noteSaying, type Scene } from './scene.ts';

onEachHome('an agent that is asked too often on one issue', (open) => {
  let scene: Scene;

  beforeAll(async () => {
    scene = await open({ limits: { rate: { perObject: '1/h' } } });
  }, 90_000);
  afterAll(async () => {
    await scene?.close();
  }, 90_000);

  it('says once that it pauses and until when, and goes on when a Maintainer says so', async () => {
    const { world, project } = scene;
    world.addUser({ username: 'mia', name: 'Mia Maintainer' });
    world.addMember({ user: 'mia', project, level: 'maintainer' });
    const issue = world.openIssue({ project, author: 'alice', title: 'Again and again' });
    const ask = (author = 'alice', body = '@idle-bot look') => world.comment({ issue, author, body });
    const finished = () => scene.log.filter((line) => line.includes('run finished')).length;
    ask();
    await noteSaying(scene, issue, /It made no changes/);
    ask();
    const paused = await noteSaying(scene, issue, /come too often/);
    expect(paused.body.replaceAll('\\', '')).toMatch(
      /^❌ Could not start the agent due to this error: Requests on this issue come too often \(1 in an hour is the limit\), so it pauses here until \d{4}-\d\d-\d\d \d\d:\d\d UTC\. A Maintainer can end the pause before with a comment: @idle-bot resume/,
    );
    ask();
    await until('the third run has ended', () => finished() === 3, { ms: 20_000 });
    expect(scene.botNotes(issue)).toHaveLength(2);
    ask('mia', '@idle-bot resume');
    await noteSaying(scene, issue, /The pause is over/);
    ask();
    await until('the fourth run has ended', () => finished() === 4, { ms: 40_000 });
    expect(scene.botNotes(issue).filter(({ body }) => /It made no changes/.test(body))).toHaveLength(2);
    const metrics = await (await fetch(`${scene.address()}/metrics`)).text();
    expect(metrics).toContain('beckon_refused_total{limit="perObject"} 2');
  }, 90_000);
});
