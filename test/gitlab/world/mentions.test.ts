import { expect, test } from 'vitest';
import { setUp } from '../test-support/setup.ts';
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
