import { describe, expect, test } from 'vitest';
import { type Setup, setUp } from '../test-support/setup.ts';
import { mentionsIn } from './mentions.ts';

test.each([
  ['@bot please', [{ name: 'bot', direct: true }]],
  ['please @Bot.', [{ name: 'bot', direct: false }]],
  ['mail me@bot', []],
  ['`@bot` and <!-- @bot -->', []],
  ['```\n@bot\n```', []],
  [
    '@bot-2, not @bot',
    [
      { name: 'bot-2', direct: true },
      { name: 'bot', direct: false },
    ],
  ],
])('%j', (text, expected) => {
  expect(mentionsIn(text)).toEqual(expected);
});

test('To-Do items come from mentions, assignments and review requests, and go when one acts', async () => {
  const { world, project, alice, bot, api } = await setUp();
  const issue = world.openIssue({ project, author: alice, title: 'Bug', assignees: [bot] });
  world.comment({ issue, author: alice, body: '@helper please, @alice will look' });
  const todos = (state: string) => api(bot, 'GET', `/todos?state=${state}`);
  const open = (await todos('pending')).body;
  expect(open.map((todo: { action_name: string }) => todo.action_name)).toEqual([
    'directly_addressed',
    'assigned',
  ]);
  await api(bot, 'POST', `/todos/${open[0].id}/mark_as_done`);
  expect((await todos('pending')).body).toHaveLength(1);
  world.comment({ issue, author: bot, body: 'on it' });
  expect((await todos('pending')).body).toEqual([]);
  expect((await todos('done')).body).toHaveLength(2);
  expect((await api(alice, 'GET', '/todos')).body).toEqual([]);
});

describe.each([
  ['17.7.0', ['assigned'], ['mentioned']],
  ['18.9.0', ['mentioned', 'mentioned', 'assigned'], ['mentioned', 'mentioned']],
])('in GitLab %s', (version, afterAssignment, afterMention) => {
  const actions = async ({ api, bot }: Setup) =>
    (await api(bot, 'GET', '/todos')).body.map((todo: { action_name: string }) => todo.action_name);

  test('there is no second To-Do item beside a pending one, but for comments since 17.8', async () => {
    const setup = await setUp({ version });
    const { world, project, alice, bot } = setup;
    const issue = world.openIssue({ project, author: alice, title: 'Bug', assignees: [bot] });
    for (const body of ['ask @helper', 'again, @helper']) world.comment({ issue, author: alice, body });
    world.unassign({ issue, by: alice, users: [bot] });
    world.assign({ issue, by: alice, users: [bot] });
    expect(await actions(setup)).toEqual(afterAssignment);
  });

  test('an answer in a thread ticks off what is about the thread, any other all of the item', async () => {
    const setup = await setUp({ version });
    const { world, project, alice, bot } = setup;
    const issue = world.openIssue({ project, author: alice, title: 'Bug' });
    const first = world.comment({ issue, author: alice, body: 'ask @helper', thread: true });
    world.comment({ issue, author: alice, body: 'ask @helper too', thread: true });
    expect(await actions(setup)).toEqual(afterMention);
    world.comment({ issue, author: bot, body: 'yes', discussionId: first.discussionId });
    expect(await actions(setup)).toEqual(afterMention.slice(1));
    world.award({ by: bot, name: 'eyes', projectId: project.id, on: issue });
    expect(await actions(setup)).toEqual([]);
  });
});

test('an edit makes To-Do items for those whom it newly names, by whoever edited', async () => {
  const { world, project, alice, bot, api } = await setUp();
  const issue = world.openIssue({ project, author: alice, title: 'Bug', description: 'me' });
  const note = world.comment({ issue, author: alice, body: '@stranger' });
  world.editNote({ note, by: 'root', body: '@stranger and @helper' });
  world.edit({ issue, by: 'root', edit: { description: 'for @helper' } });
  const { body } = await api(bot, 'GET', '/todos');
  expect(body).toMatchObject([
    {
      action_name: 'mentioned',
      author: { username: 'root' },
      target_url: expect.stringMatching(/issues\/1$/),
    },
    {
      action_name: 'mentioned',
      author: { username: 'root' },
      target_url: expect.stringContaining(`#note_${note.id}`),
    },
  ]);
});
