import { expect, it } from 'vitest';
import { readTail } from '../../src/gitlab/tail.ts';
import { connect } from './connect.ts';

it('keeps the end of a body, however much comes before', async () => {
  let most = 0;
  async function* body() {
    for (let index = 0; index < 8_000; index += 1) {
      yield Buffer.alloc(64 * 1024, index % 10 === 0 ? 'a' : 'b');
      most = Math.max(most, process.memoryUsage().arrayBuffers);
    }
    yield Buffer.from('the end');
  }
  const before = process.memoryUsage().arrayBuffers;
  const tail = await readTail(body(), 1_000);
  expect(tail).toHaveLength(1_000);
  expect(tail.endsWith('bbthe end')).toBe(true);
  // Half of what came: V8 lets more than a hundred megabytes lie before it clears away.
  expect(most - before).toBeLessThan(256 * 1024 * 1024);
});

it('reads the last 64 KiB of the log of a job', async () => {
  const { standIn, world, project, gitlab, requests } = await connect({
    files: { '.gitlab-ci.yml': 'job: { script: [ls] }' },
  });
  await gitlab.createBranch(project.id, 'work', 'main');
  const pipeline = await world.createPipeline({ project, user: 'claude-bot', ref: 'work' });
  const [job] = await gitlab.jobs(project.id, pipeline.id);
  world.appendTrace({ job: { id: job?.id ?? 0 }, text: `${'x'.repeat(200_000)}\nthe end\n` });
  const log = await gitlab.jobLog(project.id, job?.id ?? 0);
  expect(log).toHaveLength(64 * 1024);
  expect(log?.endsWith('x\nthe end\n')).toBe(true);
  expect(requests.at(-1)).toBe('GET projects/:id/jobs/:id/trace');
  expect(await gitlab.jobLog(project.id, 1)).toBeUndefined();
  expect(standIn.violations).toEqual([]);
});

it('says who may read the logs of jobs', async () => {
  const { world, project, gitlab } = await connect();
  expect(await gitlab.projectState(project.id)).toEqual({
    archived: false,
    publicJobs: true,
    jobsOfReporters: false,
  });
  world.updateProject({ project, publicJobs: false, archived: true });
  expect(await gitlab.projectState(project.id)).toEqual({
    archived: true,
    publicJobs: false,
    jobsOfReporters: true,
  });
});

it('counts what changed with one request', async () => {
  const { standIn, world, project, gitlab, requests } = await connect({
    files: { 'a.txt': 'one\ntwo\nthree\n', 'old.txt': '-- x\n' },
  });
  const { commitId: from } = (await gitlab.branch(project.id, 'main')) ?? { commitId: '' };
  await world.commit({
    project,
    by: 'mallory',
    branch: 'work',
    startBranch: 'main',
    message: 'Work',
    actions: [
      { action: 'update', path: 'a.txt', content: 'one\n2\n++\nthree\n' },
      { action: 'create', path: 'b.txt', content: 'b\n' },
      { action: 'delete', path: 'old.txt' },
    ],
  });
  const { commitId: to } = (await gitlab.branch(project.id, 'work')) ?? { commitId: '' };
  requests.splice(0);
  expect(await gitlab.changes(project.id, { from, to: 'work' })).toEqual({
    head: to,
    size: { files: 3, lines: { added: 3, removed: 2 } },
  });
  expect(requests).toEqual(['GET projects/:id/repository/compare']);
  const nothing = { head: undefined, size: { files: 0, lines: { added: 0, removed: 0 } } };
  expect(await gitlab.changes(project.id, { from: to, to: 'work' })).toEqual(nothing);
  expect(await gitlab.changes(project.id, { from, to: 'elsewhere' })).toBeUndefined();
  expect(standIn.violations).toEqual([]);
});

it('reads a thread with who wrote what', async () => {
  const { standIn, world, project, gitlab, placeOf } = await connect();
  const issue = world.openIssue({ project, author: 'mallory', title: 'Basket' });
  const first = world.comment({ issue, author: 'mallory', body: 'please' });
  const { discussionId } = first;
  const second = world.comment({ issue, author: 'claude-bot', body: 'done', discussionId });
  const place = placeOf('issue', issue.iid);
  expect(await gitlab.thread(place, discussionId)).toMatchObject({
    id: discussionId,
    resolved: undefined,
    comments: [
      { id: first.id, author: 'mallory', body: 'please' },
      { id: second.id, author: 'claude-bot', body: 'done' },
    ],
  });
  expect(await gitlab.thread(place, '0'.repeat(40))).toBeUndefined();
  expect(standIn.violations).toEqual([]);
});

it('gives an emoji once, and takes only its own back', async () => {
  const { standIn, world, project, gitlab, placeOf } = await connect();
  const issue = world.openIssue({ project, author: 'mallory', title: 'Basket' });
  const note = world.comment({ issue, author: 'mallory', body: 'please' });
  const place = placeOf('issue', issue.iid);
  const on = { kind: 'note', id: note.id } as const;
  const mallory = note.authorId;
  world.award({ by: 'mallory', name: 'eyes', projectId: project.id, on });
  await gitlab.addReaction(place, note.id, 'eyes');
  await gitlab.addReaction(place, note.id, 'eyes');
  const awards = () => [...world.state.awards.values()].map(({ name, userId }) => [name, userId]);
  expect(awards()).toHaveLength(2);
  await gitlab.removeReaction(place, note.id, 'eyes');
  await gitlab.removeReaction(place, note.id, 'eyes');
  expect(awards()).toEqual([['eyes', mallory]]);
  await expect(gitlab.addReaction(place, 1, 'eyes')).rejects.toMatchObject({ kind: 'gone' });
  expect(standIn.violations).toEqual([]);
});
