import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWith } from '../support/needs.ts';
import { until } from '../support/until.ts';
import { noteSaying, openScene, type Scene } from './scene.ts';

const projects = ['acme/**'];

describeWith(['git'], 'events that call on nobody by name', () => {
  let scene: Scene;
  let count = 0;

  beforeAll(async () => {
    scene = await openScene({
      triggers: [
        {
          name: 'labels',
          agent: 'idle',
          events: ['label'],
          projects,
          filter: { label: { rules: [{ field: 'action', operator: 'eq', value: 'ai' }] } },
        },
        {
          name: 'robots',
          agent: 'idle',
          events: ['emoji'],
          projects,
          filter: { emoji: { rules: [{ field: 'action', operator: 'eq', value: 'robot' }] } },
        },
        { name: 'ready', agent: 'idle', events: ['merge_request_ready'], projects },
        { name: 'described', agent: 'idle', events: ['description'], projects },
        { name: 'edited', agent: 'idle', events: ['mention'], edits: true, projects },
        {
          name: 'pushed',
          agent: 'pusher',
          events: ['commit_to_default_branch'],
          projects,
          users: { allow: ['alice'] },
        },
      ],
    });
  }, 60_000);
  afterAll(async () => {
    expect(scene.gitlab.violations).toEqual([]);
    await scene.close();
  }, 60_000);

  const newIssue = (fields: object = {}) => {
    count += 1;
    return scene.world.openIssue({
      project: scene.project,
      author: 'alice',
      title: `Issue ${count}`,
      ...fields,
    });
  };

  it('a label that the filter asks for, in a thread of its own', async () => {
    const issue = newIssue();
    const other = scene.world.addLabel({ project: scene.project, name: 'docs' });
    const ai = scene.world.addLabel({ project: scene.project, name: 'ai' });
    scene.world.edit({ issue, by: 'alice', edit: { labelIds: [other.id] } });
    scene.world.edit({ issue, by: 'alice', edit: { labelIds: [other.id, ai.id] } });
    await noteSaying(scene, issue, /It made no changes/);
    expect(scene.botNotes(issue)).toHaveLength(1);
  }, 60_000);

  it('a reaction', async () => {
    const issue = newIssue();
    const on = { kind: 'issue', id: issue.id } as const;
    scene.world.award({ by: 'alice', name: 'thumbsup', projectId: scene.project.id, on });
    scene.world.award({ by: 'alice', name: 'robot', projectId: scene.project.id, on });
    await noteSaying(scene, issue, /It made no changes/);
    expect(scene.botNotes(issue)).toHaveLength(1);
  }, 60_000);

  it('a merge request that is no draft any more', async () => {
    await scene.world.commit({
      project: scene.project,
      by: 'alice',
      branch: 'topic',
      startBranch: 'main',
      message: 'Topic',
      actions: [{ action: 'create', path: 'topic.txt', content: 'x\n' }],
    });
    const mergeRequest = await scene.world.openMergeRequest({
      project: scene.project,
      author: 'alice',
      title: 'Draft: Topic',
      sourceBranch: 'topic',
      targetBranch: 'main',
    });
    scene.world.edit({ mergeRequest, by: 'alice', edit: { title: 'Topic' } });
    await noteSaying(scene, mergeRequest, /It made no changes/);
  }, 60_000);

  it('a description that names the account, when it is written and when it is added', async () => {
    const first = newIssue({ description: 'One for @idle-bot' });
    await noteSaying(scene, first, /It made no changes/);
    const second = newIssue({ description: 'One for somebody' });
    scene.world.edit({ issue: second, by: 'alice', edit: { description: 'One for @idle-bot' } });
    await noteSaying(scene, second, /It made no changes/);
  }, 60_000);

  it('a comment that is edited, with its editor as the acting person', async () => {
    const issue = newIssue();
    const note = scene.world.comment({ issue, author: 'alice', body: 'somebody should look' });
    scene.world.editNote({ note, by: 'alice', body: '@idle-bot should look' });
    await noteSaying(scene, issue, /It made no changes/);
    expect(scene.botNotes(issue)).toHaveLength(1);
  }, 60_000);

  it('commits on the default branch, which have no thread, and end in a merge request', async () => {
    scene.world.updateProject({ project: scene.project, protectedBranches: [] });
    const commitId = await scene.world.commit({
      project: scene.project,
      by: 'alice',
      branch: 'main',
      message: 'Change the README',
      actions: [{ action: 'update', path: 'README.md', content: '# Shop 2\n' }],
    });
    const made = () =>
      [...scene.world.state.mergeRequests.values()].find(({ title }) => title === 'Changes by pusher');
    await until('the merge request is there', () => made() !== undefined, { ms: 40_000 });
    const branch = made()?.sourceBranch ?? '';
    const file = await scene.world.state.repositories.get(scene.project.id)?.readFile(branch, 'asked.txt');
    expect(Buffer.from(file?.content ?? []).toString()).toBe(String(commitId));
  }, 60_000);
});
