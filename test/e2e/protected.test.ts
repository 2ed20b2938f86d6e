import { afterAll, beforeAll, expect, it } from 'vitest';
import { onEachHome } from './on-each-home.ts';
import { noteSaying, type Scene } from './scene.ts';

onEachHome('a project that protects branches', (open) => {
  let scene: Scene;

  beforeAll(async () => {
    scene = await open();
  }, 90_000);
  afterAll(async () => {
    expect(scene.gitlab.violations).toEqual([]);
    await scene.close();
  }, 90_000);

  const protect = (name: string, level: number) =>
    scene.world.updateProject({
      project: scene.project,
      protectedBranches: [{ name, pushLevel: level, mergeLevel: level }],
    });
  function ask(body: string) {
    const issue = scene.world.openIssue({ project: scene.project, author: 'alice', title: body });
    scene.world.comment({ issue, author: 'alice', body });
    return issue;
  }

  // The first of all, because Git has no branch of this name beside others below it.
  it('or has a branch called workloads is told to rename it', async () => {
    const { world, project } = scene;
    const branch = { project, by: 'alice', branch: 'workloads' };
    await world.createBranch({ ...branch, ref: 'main' });
    const note = await noteSaying(scene, ask('@pusher-bot go'), /Could not start the agent/);
    expect(note.body).toMatch(/conflicts with existing branch hierarchy.*called workloads/);
    await world.deleteBranch(branch);
  }, 90_000);

  it.each(['workloads/*', '*'])(
    'from Developers by %s is told which rule and what to change',
    async (name) => {
      protect(name, 40);
      const note = await noteSaying(scene, ask('@pusher-bot go'), /Could not start the agent/);
      expect(note.body).toMatch(
        /protected branches on this project\. A protected branch rule covers workloads/,
      );
    },
    90_000,
  );

  it('and keeps one without commits gets its answer all the same', async () => {
    protect('workloads/*', 30);
    await noteSaying(scene, ask('@idle-bot look'), /It made no changes/);
  }, 90_000);
});
