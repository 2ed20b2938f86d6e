import { afterEach, expect, it } from 'vitest';
import { describeWith } from '../support/needs.ts';
import { newRedis, type RedisServer } from '../support/redis.ts';
import { noteSaying, openScene, type Scene } from './scene.ts';

/** Longer than a note is left alone that another Beckon may be at work on, and not too old to be acted on. */
const AGO = 40 * 60_000;

describeWith(['git', 'redis-server'], 'a queue that came back without its data', () => {
  let scene: Scene | undefined;
  afterEach(async () => {
    expect(scene?.gitlab.violations).toEqual([]);
    await scene?.close();
  }, 60_000);

  it('leaves no note that says for ever that an agent is at work', async () => {
    let redis: RedisServer | undefined;
    scene = await openScene({
      agents: { sleeper: { flow: '.gitlab/duo/flows/sleeper.yaml' } },
      clock: () => Date.now() - AGO,
      home: {
        async open() {
          redis = await newRedis();
          await redis.start();
          return { kind: 'redis', url: redis.url };
        },
        unlock: async () => {},
        close: async () => redis?.stop(),
      },
    });
    const { world, project } = scene;
    const issue = world.openIssue({ project, author: 'alice', title: 'Sleep' });
    world.comment({ issue, author: 'alice', body: '@sleeper-bot take your time' });
    const { id } = await noteSaying(scene, issue, /Agent has started/);

    await scene.stopBeckon('SIGKILL');
    await redis?.command('FLUSHALL');
    for (const pipeline of world.state.pipelines.values()) await world.cancelPipeline(pipeline);
    await scene.startBeckon();
    const told = await noteSaying(scene, issue, /lost track/);
    expect(told.id).toBe(id);
    expect(scene.botNotes(issue)).toHaveLength(1);
  }, 120_000);
});
