import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Agent } from 'undici';
import { describe, expect, it, onTestFinished } from 'vitest';
import { connectionOf } from '../../src/gitlab/connection.ts';
import { createPeople } from '../../src/gitlab/people.ts';
import { Secret } from '../../src/lib/secret.ts';
import { lookAtPerson } from '../../src/runs/person.ts';
import { planRun } from '../../src/runs/plan.ts';
import { trigger } from '../builders/config.ts';
import { mention } from '../builders/events.ts';
import { performer } from '../doubles/performer.ts';
import { connect } from './connect.ts';

type Connected = Awaited<ReturnType<typeof connect>>;
type Answering = Awaited<ReturnType<typeof answering>>;

const ALICE = { id: 5, username: 'alice', name: 'Alice Ito', state: 'active', bot: false };
const DEVELOPER = { ...ALICE, access_level: 30, membership_state: 'active', expires_at: null };
const NOT_THERE = { status: 404, body: { message: '404 Not found' } };

/** A GitLab of which a test says the answers, and our side of it with a clock of its own. */
async function answering() {
  const answers = new Map<string, object>();
  const asked: string[] = [];
  let now = 1_000;
  let takes = 0;
  const server = createServer((request, response) => {
    const path = (request.url ?? '').replace('/api/v4/', '');
    asked.push(path);
    now += takes;
    const { status = 200, body } = (answers.get(path) ?? NOT_THERE) as { status?: number; body: unknown };
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const dispatcher = new Agent();
  onTestFinished(async () => {
    await dispatcher.destroy();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const connection = connectionOf({ url, token: new Secret('glpat-x') }, { dispatcher, onRequest() {} });
  const people = createPeople(connection, () => now);
  return {
    ...people,
    asked,
    answer: (path: string, body: unknown, status = 200) => answers.set(path, { status, body }),
    pass: (ms: number) => {
      now += ms;
    },
    /** How long GitLab takes to answer. */
    slow: (ms: number) => {
      takes = ms;
    },
  };
}
const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

describe('a membership', () => {
  const MEMBER = 'projects/7/members/all/5';

  it.each([
    ['active', {}, 30],
    ['of an edition that says no more than the level', { membership_state: undefined }, 30],
    ['that ends tomorrow', { expires_at: day(1) }, 30],
    ['that ended yesterday', { expires_at: day(-1) }, undefined],
    ['that ends today', { expires_at: day(0) }, undefined],
    ['whose end nobody can read', { expires_at: 'soon' }, undefined],
    ['that somebody has still to approve', { membership_state: 'awaiting' }, undefined],
    ['of an account that is blocked', { state: 'blocked' }, undefined],
    ['of an account that is deactivated', { state: 'deactivated' }, undefined],
    ['of an account that is banned', { state: 'banned' }, undefined],
    ['of an account of which GitLab does not say', { state: undefined }, 30],
  ])('%s counts as it should', async (_what, fields, level) => {
    const { answer, accessLevel } = await answering();
    answer(MEMBER, { ...DEVELOPER, ...fields });
    expect(await accessLevel(7, 5)).toBe(level);
  });

  it('that is not there is none, and one that cannot be read is a failure', async () => {
    const { answer, accessLevel } = await answering();
    expect(await accessLevel(7, 5)).toBeUndefined();
    for (const [status, kind] of [
      [403, 'permission'],
      [500, 'transient'],
      [502, 'transient'],
    ] as const) {
      answer(MEMBER, { message: 'no' }, status);
      await expect(accessLevel(7, 5)).rejects.toMatchObject({ kind });
    }
    answer(MEMBER, { ...ALICE });
    await expect(accessLevel(7, 5)).rejects.toThrow();
  });

  it('is asked for again unless what was known is enough, and not older than a minute', async () => {
    const { answer, accessLevel, asked, pass } = await answering();
    answer(MEMBER, DEVELOPER);
    expect(await accessLevel(7, 5, { enough: 30 })).toBe(30);
    pass(59_999);
    expect(await accessLevel(7, 5, { enough: 30 })).toBe(30);
    expect(asked).toHaveLength(1);
    answer(MEMBER, { ...DEVELOPER, access_level: 40 });
    expect(await accessLevel(7, 5, { enough: 40 })).toBe(40);
    expect(asked).toHaveLength(2);
    answer(MEMBER, { ...DEVELOPER, access_level: 10 });
    expect(await accessLevel(7, 5, { enough: 30 })).toBe(40);
    pass(60_001);
    expect(await accessLevel(7, 5, { enough: 30 })).toBe(10);
    answer(MEMBER, DEVELOPER);
    expect(await accessLevel(7, 5, { enough: 30 })).toBe(30);
    expect(await accessLevel(7, 5)).toBe(30);
    expect(asked).toHaveLength(5);
  });

  it.each([
    ['a membership', (people: Answering) => people.accessLevel(7, 5, { enough: 30 })],
    ['an account', (people: Answering) => people.user(5, { recent: true })],
  ])('is known for as long from when it was asked for: %s', async (_what, ask) => {
    const people = await answering();
    people.answer(MEMBER, DEVELOPER);
    people.answer('users/5', ALICE);
    people.slow(40_000);
    await ask(people);
    people.slow(0);
    people.pass(20_001);
    await ask(people);
    expect(people.asked).toHaveLength(2);
  });

  it('that ended is not known any more, whoever asked', async () => {
    const { answer, accessLevel } = await answering();
    answer(MEMBER, DEVELOPER);
    await accessLevel(7, 5, { enough: 30 });
    answer(MEMBER, NOT_THERE.body, 404);
    expect(await accessLevel(7, 5)).toBeUndefined();
    expect(await accessLevel(7, 5, { enough: 30 })).toBeUndefined();
  });
});

describe('a run against GitLab', () => {
  it.each([
    ['lost their role', ({ world, project }: Connected) => world.removeMember({ user: 'mallory', project })],
    ['was blocked', ({ world }: Connected) => world.setUserState({ user: 'mallory', state: 'blocked' })],
  ])('starts nothing for somebody who %s a moment after it was let in', async (_what, happens) => {
    const connected = await connect();
    const { world, project, gitlab } = connected;
    const issue = world.openIssue({ project, author: 'mallory', title: 'Basket' });
    const { id } = [...world.state.users.values()].find(({ username }) => username === 'mallory') ?? {};
    const event = mention();
    const asked = {
      ...event,
      project: { ...event.project, id: project.id },
      resource: { ...event.resource, iid: issue.iid },
      actor: { id, username: 'mallory', name: 'Mallory' },
      note: { ...event.note, discussionId: undefined },
    };
    const asking = {
      ...gitlab,
      createBranch: async (...branch: Parameters<typeof gitlab.createBranch>) => {
        happens(connected);
        return gitlab.createBranch(...branch);
      },
    };
    const rule = trigger();
    const run = planRun({ event: asked, trigger: rule }, { gitlabUrl: 'https://gitlab.test', now: 0 });
    const ended = await performer(asking, rule).toTheEnd(run);
    expect(ended.outcome).toMatchObject({ kind: 'refused', error: expect.stringContaining('@mallory') });
    expect(world.state.pipelines.size).toBe(0);
    const branches = await world.state.repositories.get(project.id)?.branches();
    expect(branches?.map(({ name }) => name)).toEqual(['main']);
  });
});

describe('an account', () => {
  it.each([
    ['a person', {}, { bot: false, active: true }],
    ['a bot', { bot: true }, { bot: true, active: true }],
    [
      'one against which GitLab says nothing',
      { bot: undefined, state: undefined },
      { bot: false, active: true },
    ],
    ['one that is blocked', { state: 'blocked' }, { bot: false, active: false }],
    ['one that waits for an administrator', { state: 'blocked_pending_approval' }, { active: false }],
  ])('%s is taken for what it is', async (_what, fields, expected) => {
    const { answer, user } = await answering();
    answer('users/5', { ...ALICE, ...fields });
    expect(await user(5)).toMatchObject({ id: 5, ...expected });
  });

  it('is asked for again unless it was an active person within the last minute', async () => {
    const { answer, user, asked, pass } = await answering();
    answer('users/5', ALICE);
    await user(5, { recent: true });
    await user(5, { recent: true });
    expect(asked).toHaveLength(1);
    answer('users/5', { ...ALICE, state: 'blocked' });
    pass(60_001);
    expect(await user(5, { recent: true })).toMatchObject({ active: false });
    answer('users/5', ALICE);
    expect(await user(5, { recent: true })).toMatchObject({ active: true });
    expect(asked).toHaveLength(3);
  });

  it('is a bot also where only its name is known', async () => {
    const { world, gitlab } = await connect();
    world.addUser({ username: 'robot', bot: true });
    expect(await gitlab.userByName('robot')).toMatchObject({ username: 'robot', bot: true });
    expect(await gitlab.userByName('mallory')).toMatchObject({ bot: false, active: true });
    for (const name of ['nobody', '']) expect(await gitlab.userByName(name)).toBeUndefined();
  });
});

describe('a refusal', () => {
  const MEMBER = 'projects/7/members/all/5';

  it.each([
    [
      'a membership',
      MEMBER,
      DEVELOPER,
      (of: Answering) => of.membership(7, 5),
      (of: Answering) => of.accessLevel(7, 5, { enough: 30 }),
    ],
    [
      'an account',
      'users/5',
      ALICE,
      (of: Answering) => of.user(5),
      (of: Answering) => of.user(5, { recent: true }),
    ],
  ] as const)('ends what was known of %s', async (_what, path, body, ask, askRecent) => {
    const people = await answering();
    people.answer(path, body);
    await askRecent(people);
    people.answer(path, { message: 'no' }, 403);
    expect(await askRecent(people)).toBeDefined();
    await expect(ask(people)).rejects.toMatchObject({ kind: 'permission' });
    await expect(askRecent(people)).rejects.toMatchObject({ kind: 'permission' });
  });
});

describe('right before something is done', () => {
  const MEMBER = 'projects/7/members/all/5';
  const rule = trigger();
  const look = (people: Answering) =>
    lookAtPerson(mention(), {
      gitlab: people,
      trigger: rule,
      isLetIn: async ({ username }) => username !== 'denied',
      recent: false,
    });
  const known = async () => {
    const people = await answering();
    people.answer('users/5', ALICE);
    people.answer(MEMBER, DEVELOPER);
    await people.user(5, { recent: true });
    people.asked.splice(0);
    return people;
  };

  it.each([
    ['is what it was', {}, 'admitted'],
    ['has less of a role', { access_level: 20 }, 'refused'],
    ['was blocked', { state: 'blocked' }, 'refused'],
    ['has another name', { username: 'denied' }, 'refused'],
    ['is over', { expires_at: day(-1) }, 'refused'],
  ])('one request tells that somebody who is known %s', async (_what, fields, kind) => {
    const people = await known();
    people.answer(MEMBER, { ...DEVELOPER, ...fields });
    expect(await look(people)).toMatchObject({ kind });
    expect(people.asked).toEqual([MEMBER]);
  });

  it('an account is asked for whose state the membership does not tell', async () => {
    const people = await known();
    people.answer(MEMBER, { ...DEVELOPER, state: undefined });
    people.answer('users/5', { ...ALICE, state: 'blocked' });
    expect(await look(people)).toMatchObject({ kind: 'refused', error: '@alice is blocked or deactivated.' });
    expect(people.asked).toEqual([MEMBER, 'users/5']);
  });

  it('whether somebody is a person is as old as a minute at most', async () => {
    const people = await known();
    people.pass(60_001);
    people.answer('users/5', { ...ALICE, bot: true });
    expect(await look(people)).toMatchObject({ kind: 'refused', silent: true });
  });
});

describe('the account itself', () => {
  it('is known for an hour, and a refusal is not', async () => {
    const { answer, account, asked, pass } = await answering();
    answer('user', { message: 'no' }, 401);
    await expect(account()).rejects.toMatchObject({ kind: 'permission' });
    answer('user', ALICE);
    await Promise.all([account(), account()]);
    pass(3_600_000);
    await account();
    expect(asked).toEqual(['user', 'user']);
    pass(1);
    answer('user', { message: 'no' }, 401);
    await expect(account()).rejects.toMatchObject({ kind: 'permission' });
    await expect(account()).rejects.toMatchObject({ kind: 'permission' });
    expect(asked).toHaveLength(4);
  });
});
