import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { onEachHome } from './on-each-home.ts';
import { projectFiles } from './project-files.ts';
import { noteSaying, type Scene } from './scene.ts';

onEachHome('a merge request from a fork', (open) => {
  let scene: Scene;
  let fork: Scene['project'];
  let count = 0;

  beforeAll(async () => {
    scene = await open({ rules: { pusher: { forks: 'approve' }, plain: { forks: 'default_branch' } } });
    const { world, project } = scene;
    world.addUser({ username: 'mona', name: 'Mona Maintainer' });
    world.addMember({ user: 'mona', project, level: 'maintainer' });
    fork = await world.addProject({
      path: 'sam/shop',
      forkedFrom: project,
      visibility: 'public',
      files: projectFiles({ byInputs: false }),
    });
    world.addMember({ user: 'sam', project: fork, level: 'owner' });
  }, 90_000);
  afterAll(async () => {
    expect(scene.gitlab.violations).toEqual([]);
    await scene.close();
  }, 90_000);

  const repository = ({ id }: Scene['project']) => {
    const found = scene.world.state.repositories.get(id);
    if (found === undefined) throw new Error('the project has a repository');
    return found;
  };
  const commitToFork = (branch: string, content: string) =>
    scene.world.commit({
      project: fork,
      by: 'sam',
      branch,
      startBranch: 'main',
      message: content,
      actions: [{ action: content === 'first' ? 'create' : 'update', path: 'fork.txt', content }],
    });

  async function openFromFork() {
    count += 1;
    const sourceBranch = `topic-${count}`;
    await commitToFork(sourceBranch, 'first');
    // GitLab fetches the commits of a merge request into the target project when it is opened.
    const objects = [fork, scene.project].map((project) => join(repository(project).dir, 'objects'));
    await cp(objects[0] ?? '', objects[1] ?? '', { recursive: true });
    const mergeRequest = await scene.world.openMergeRequest({
      project: scene.project,
      sourceProject: fork,
      author: 'sam',
      title: 'From a fork',
      sourceBranch,
      targetBranch: 'main',
    });
    return { mergeRequest, sourceBranch };
  }
  async function madeFor(title: RegExp) {
    const made = [...scene.world.state.mergeRequests.values()].findLast((one) => title.test(one.title));
    const branch = made?.sourceBranch ?? '';
    const file = await repository(scene.project).readFile(branch, 'fork.txt');
    return { made, branch, ofFork: file && Buffer.from(file.content).toString() };
  }

  it('is refused by default, and the note says what could be done', async () => {
    const { mergeRequest } = await openFromFork();
    scene.world.comment({ mergeRequest, author: 'alice', body: '@idle-bot look' });
    const note = await noteSaying(scene, mergeRequest, /comes from a fork/);
    expect(note.body).toMatch(/^❌ .*A member of the project can push the branch/);
    expect([...scene.world.state.pipelines.values()].filter(({ source }) => source === 'api')).toEqual([]);
  }, 90_000);

  it('is worked on at the default branch, with nothing of the fork', async () => {
    const { mergeRequest } = await openFromFork();
    scene.world.comment({ mergeRequest, author: 'alice', body: '@plain-bot look' });
    await noteSaying(scene, mergeRequest, /It opened the merge request/);
    const { made, ofFork } = await madeFor(/Changes for/);
    expect(made).toMatchObject({ targetBranch: 'main' });
    expect(made?.description).toContain("works on this project's default branch");
    expect(ofFork).toBeUndefined();
  }, 90_000);

  it('is worked on at the commit that a Maintainer agreed to, as soon as that happens', async () => {
    const { mergeRequest, sourceBranch } = await openFromFork();
    scene.world.comment({ mergeRequest, author: 'alice', body: '@pusher-bot look' });
    const note = await noteSaying(scene, mergeRequest, /with a 👍 under this note/);
    await commitToFork(sourceBranch, 'second, which nobody has seen');
    const on = { kind: 'note', id: note.id } as const;
    for (const by of ['alice', 'mona'])
      scene.world.award({ by, name: 'thumbsup', projectId: scene.project.id, on });
    await noteSaying(scene, mergeRequest, /It opened the merge request/);
    const { made, ofFork } = await madeFor(/Changes for/);
    expect(made).toMatchObject({ targetBranch: 'main' });
    expect(ofFork).toBe('first');
    expect(scene.botNotes(mergeRequest)).toHaveLength(1);
  }, 90_000);
});
