import { expect, it } from 'vitest';
import { buildContext, MAX_CONTEXT } from '../../src/flows/context/context.ts';
import { connect } from './connect.ts';

it('reads threads with one request, people only, and internal comments only where they may be seen', async () => {
  const { standIn, world, project, gitlab, requests, placeOf } = await connect();
  const issue = world.openIssue({ project, author: 'mallory', title: 'Basket' });
  const first = world.comment({ issue, author: 'mallory', body: 'open' });
  const discussionId = first?.discussionId ?? '';
  world.comment({ issue, author: 'claude-bot', body: 'reply', discussionId });
  world.comment({ issue, author: 'mallory', body: 'inside', internal: true });
  world.assign({ issue, by: 'mallory', users: ['claude-bot'] });
  const place = placeOf('issue', issue.iid);
  const bodies = async (internal: boolean) =>
    (await gitlab.threads(place, { internal, including: undefined })).map(({ comments }) =>
      comments.map(({ author, body }) => `${author}: ${body}`),
    );

  expect(await bodies(false)).toEqual([['mallory: open', 'claude-bot: reply']]);
  expect(requests).toEqual(['GET projects/:id/issues/:id/discussions']);
  expect(await bodies(true)).toEqual([['mallory: open', 'claude-bot: reply'], ['mallory: inside']]);
  expect(standIn.violations).toEqual([]);
});

it('makes the context of 500 files and 2,000 comments in few requests and little memory', async () => {
  const { standIn, world, project, gitlab, requests, placeOf } = await connect();
  const line = 'return basket.total();\n';
  const actions = Array.from({ length: 500 }, (_, index) => ({
    action: 'create' as const,
    path: `src/file-${index}.ts`,
    content: line.repeat(40),
  }));
  await world.commit({ project, by: 'mallory', branch: 'big', startBranch: 'main', message: 'Big', actions });
  const mergeRequest = await world.openMergeRequest({
    project,
    author: 'mallory',
    title: 'Big',
    sourceBranch: 'big',
    targetBranch: 'main',
  });
  const said: { id: number; discussionId: string }[] = [];
  for (let index = 0; index < 1_990; index += 1) {
    const note = world.comment({ mergeRequest, author: 'mallory', body: `${index}: ${'words '.repeat(50)}` });
    if (note !== undefined) said.push(note);
  }
  // The thread that calls the agent is neither among the first nor among the last, and has ten comments.
  const triggering = said[1_000]?.discussionId ?? '';
  for (let index = 0; index < 10; index += 1)
    world.comment({ mergeRequest, author: 'mallory', body: `asked ${index}`, discussionId: triggering });
  const place = placeOf('merge_request', mergeRequest.iid);

  const memoryBefore = process.memoryUsage().rss;
  const [resource, threads, diffs] = await Promise.all([
    gitlab.resource(place),
    gitlab.threads(place, { internal: false, including: triggering }),
    gitlab.diffs(place, { enough: MAX_CONTEXT }),
  ]);
  const text = buildContext({ type: 'merge_request', resource, threads, triggering, diffs });

  expect(process.memoryUsage().rss - memoryBefore).toBeLessThan(150 * 1024 * 1024);
  expect(requests.length).toBeLessThanOrEqual(8);
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(MAX_CONTEXT);
  const { mr_comments, diff } = JSON.parse(text);
  expect(mr_comments[0]).toMatch(/^\[comments left out by Beckon: \d+\]$/);
  expect(mr_comments.at(-1)).toContain('\nasked 9\n');
  expect(mr_comments.filter((comment: string) => comment.includes('asked '))).toHaveLength(10);
  for (const first of ['\n1989: ', '\n1000: '])
    expect(mr_comments.some((comment: string) => comment.includes(first))).toBe(true);
  expect(diff).toMatch(
    /\[changed files left out by Beckon: \d+; `git diff origin\/main\.\.\.HEAD --stat` lists all\]\n$/,
  );
  expect(standIn.violations).toEqual([]);
}, 120_000);
