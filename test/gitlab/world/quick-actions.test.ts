import { describe, expect, test } from 'vitest';
import { setUp } from '../test-support/setup.ts';
import { splitQuickActions } from './quick-actions.ts';

describe('commands in a note', () => {
  const cases: readonly [name: string, body: string, text: string, commands: readonly string[]][] = [
    ['none', 'just text', 'just text', []],
    ['one beside text', 'text\n/close', 'text', ['close']],
    ['with an argument', '/assign @bot', '', ['assign']],
    ['an unknown word stays', '/etc/passwd\n/frobnicate', '/etc/passwd\n/frobnicate', []],
    ['inside fenced code', '```\n/close\n```', '```\n/close\n```', []],
    ['after fenced code', '```\nx\n```\n/close', '```\nx\n```', ['close']],
    ['quoted', '> /close', '> /close', []],
    ['not at the start', 'please /close', 'please /close', []],
  ];
  test.each(cases)('%s', (_name, body, text, commands) => {
    const split = splitQuickActions(body);
    expect(split.text).toBe(text);
    expect(split.actions.map((action) => action.name)).toEqual(commands);
  });
});

test('a note of commands alone is done, summed up with 202, and not kept', async () => {
  const { world, project, alice, bot, api } = await setUp();
  world.openIssue({ project, author: alice, title: 'Bug' });
  world.addLabel({ project, name: 'urgent' });
  const answer = await api(bot, 'POST', '/projects/:id/issues/1/notes', {
    body: '/assign @helper\n/label ~urgent\n/close',
  });
  expect(answer.status).toBe(202);
  expect(answer.body.summary).toEqual(['Assigned @helper.', 'Added ~urgent label.', 'Closed this issue.']);
  const issue = (await api(bot, 'GET', '/projects/:id/issues/1')).body;
  expect(issue).toMatchObject({ state: 'closed', labels: ['urgent'], user_notes_count: 0 });
  expect(issue.assignees[0].username).toBe('helper');
  expect((await api(bot, 'GET', '/projects/:id/labels')).body).toHaveLength(1);
});

test('commands need the right to do the thing', async () => {
  const { world, project, alice, stranger, api } = await setUp();
  world.updateProject({ project, visibility: 'public' });
  world.openIssue({ project, author: alice, title: 'Bug' });
  const answer = await api(stranger, 'POST', '/projects/:id/issues/1/notes', { body: '/close' });
  expect(answer).toMatchObject({
    status: 400,
    body: { message: '400 Bad request - Could not apply close command.' },
  });
  expect(world.state.issues.values().next().value?.state).toBe('opened');
});

test('/merge merges, /request_review asks and asks again', async () => {
  const { world, project, alice, bot } = await setUp();
  await world.commit({
    project,
    by: alice,
    branch: 'b',
    message: 'm',
    actions: [{ action: 'create', path: 'new.txt', content: 'x' }],
  });
  const mergeRequest = await world.openMergeRequest({
    project,
    author: alice,
    title: 'T',
    sourceBranch: 'b',
  });
  world.post({ mergeRequest, author: alice, body: '/request_review @helper' });
  world.submitReview({ mergeRequest, reviewer: bot, state: 'approved' });
  world.post({ mergeRequest, author: alice, body: '/request_review @helper' });
  expect(world.state.mergeRequests.get(mergeRequest.id)?.reviewers).toMatchObject([
    { userId: bot.id, state: 'unreviewed' },
  ]);
  world.post({ mergeRequest, author: alice, body: '/merge' });
  await expect.poll(() => world.state.mergeRequests.get(mergeRequest.id)?.state).toBe('merged');
  const merged = await world.state.repositories.get(project.id)?.readFile('main', 'new.txt');
  expect(Buffer.from(merged?.content ?? '').toString()).toBe('x');
});
