import { expect, it } from 'vitest';
import { createNamedUsers } from '../../src/runs/named-users.ts';
import type { GitLab } from '../../src/runs/ports.ts';
import { gitlabDouble } from '../doubles/gitlab.ts';

/** Accounts by id, whose names a test changes. */
function setUp(names: Readonly<Record<number, string>>) {
  const accounts = new Map(Object.entries(names).map(([id, name]) => [Number(id), name]));
  const asked: string[] = [];
  const unknown: string[] = [];
  let now = 0;
  const account = (id: number, username: string) => ({ id, username, name: '', bot: false, active: true });
  const gitlab: GitLab = {
    ...gitlabDouble().gitlab,
    async userByName(username) {
      asked.push(username);
      const [id] = [...accounts].find(([, name]) => name === username) ?? [];
      return id === undefined ? undefined : account(id, username);
    },
  };
  const isLetIn = createNamedUsers({ clock: () => now, unknown: (name) => unknown.push(name) });
  const lets = (id: number, { allow = [], deny = [] }: { allow?: string[]; deny?: string[] }) =>
    isLetIn(account(id, accounts.get(id) ?? ''), { allow: new Set(allow), deny: new Set(deny) }, gitlab);
  const pass = (ms: number) => {
    now += ms;
  };
  return { accounts, asked, unknown, lets, pass };
}

it('somebody who is denied stays so under another name', async () => {
  const { accounts, lets } = setUp({ 5: 'alice', 6: 'mallory' });
  const users = { deny: ['mallory'] };
  expect([await lets(5, users), await lets(6, users)]).toEqual([true, false]);
  accounts.set(6, 'Innocent');
  expect(await lets(6, users)).toBe(false);
});

it('whoever takes a denied name is denied as well', async () => {
  const { accounts, lets } = setUp({ 6: 'mallory', 7: 'new' });
  await lets(7, { deny: ['mallory'] });
  accounts.set(6, 'innocent').set(7, 'Mallory');
  expect(await lets(7, { deny: ['mallory'] })).toBe(false);
});

it('whoever takes the name that an allowed person gave up is not let in', async () => {
  const { accounts, lets } = setUp({ 5: 'alice', 8: 'eve', 9: 'bob' });
  const users = { allow: ['alice', 'bob'] };
  expect([await lets(9, users), await lets(8, users)]).toEqual([true, false]);
  accounts.set(5, 'alice-ito').set(8, 'alice');
  expect(await lets(8, users)).toBe(false);
  // The webhook's name is not on the list either.
  expect(await lets(5, users)).toBe(false);
});

it('asks for each name once, and for one that GitLab does not know at most every minute, saying so once', async () => {
  const { accounts, asked, unknown, lets, pass } = setUp({ 5: 'alice' });
  const users = { allow: ['alice', 'later'], deny: ['typo'] };
  for (let times = 0; times < 3; times += 1) expect(await lets(5, users)).toBe(true);
  expect(asked).toEqual(['typo', 'alice', 'later']);
  accounts.set(9, 'later');
  pass(60_000);
  expect(await lets(9, users)).toBe(true);
  expect(asked).toEqual(['typo', 'alice', 'later', 'typo', 'later']);
  expect(unknown).toEqual(['typo', 'later']);
});

it('asks nothing where nobody is named', async () => {
  const { asked, lets } = setUp({ 5: 'alice' });
  expect(await lets(5, {})).toBe(true);
  expect(asked).toEqual([]);
});
