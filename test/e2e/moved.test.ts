import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWith } from '../support/needs.ts';
import { noteSaying, openScene, type Scene } from './scene.ts';

describeWith(['git', 'curl'], "a flow file that was written for GitLab's own feature", () => {
  let scene: Scene;

  beforeAll(async () => {
    scene = await openScene();
  }, 60_000);
  afterAll(async () => {
    await scene?.close();
  }, 60_000);

  it('runs unchanged: prompts, pushes and answers with the variables that it knows', async () => {
    const { world, project } = scene;
    const issue = world.openIssue({ project, author: 'alice', title: 'Checkout fails' });
    const body = '@moved-bot fix "it" for $5, `now`';
    const asked = world.comment({ issue, author: 'alice', body });
    const note = await noteSaying(scene, issue, /It opened the merge request/);
    const branch = `workloads/${/run=(r\w+)/.exec(note.body)?.[1]}`;
    const repository = world.state.repositories.get(project.id);
    const file = await repository?.readFile(branch, 'prompt.txt');
    const prompt = Buffer.from(file?.content ?? []).toString('utf8');
    expect(prompt).toContain(`The request is: ${body}\n`);
    expect(JSON.parse(/The context is: (.*)/.exec(prompt)?.[1] ?? '{}')).toMatchObject({
      iid: issue.iid,
      title: 'Checkout fails',
    });
    expect((await repository?.log(branch, {}))?.[0]).toMatchObject({ message: 'Changes for mention\n' });
    const answer = scene.botNotes(issue).find(({ body: text }) => text === 'Have a look.');
    expect(answer?.discussionId).toBe(world.state.notes.get(asked?.id ?? 0)?.discussionId);
    expect(scene.gitlab.violations).toEqual([]);
  }, 90_000);
});
