import { describe, expect, it } from 'vitest';
import type { Config, Trigger } from '../../src/config/config.ts';
import { Failure, type FailureKind } from '../../src/runs/failures.ts';
import { config as aConfig, trigger } from '../builders/config.ts';
import { gitlabDouble } from '../doubles/gitlab.ts';
import { setUpAdmin } from './admin-set-up.ts';

const byApi = (fields: Partial<Trigger> = {}) => trigger({ events: new Set(['api']), ...fields });
const ASKED = { agent: 'claude', project: 'acme/web/shop', input: 'Update the licences' };

function setUp(triggers = [byApi()], config: Config = aConfig({ triggers })) {
  const double = gitlabDouble();
  Object.assign(double.item, { web_url: 'https://gitlab.example.com/acme/web/shop/-/issues/8' });
  const scene = setUpAdmin([], { config, gitlab: double.gitlab });
  const ask = (more: object = {}, key: string | undefined = 'k1') =>
    scene.api('POST', '/api/runs', {
      body: { ...ASKED, ...more },
      headers: key === undefined ? {} : { 'idempotency-key': key },
    });
  const runs = () => [...scene.kept.values()];
  return { ...scene, double, ask, runs };
}

describe('a program', () => {
  it('starts a run that a trigger wants, and is told where it is', async () => {
    const { ask, runs, audited } = setUp([], {
      ...aConfig({ triggers: [byApi()] }),
      server: { ...aConfig().server, publicUrl: 'https://beckon.example.com' },
    });
    const { status, body } = await ask();
    expect(status).toBe(202);
    const [run] = runs();
    expect(body).toEqual({
      id: run?.id,
      trigger: 'claude',
      duplicate: false,
      state: 'queued',
      url: `https://beckon.example.com/runs/${run?.id}`,
    });
    expect(run?.event).toMatchObject({
      kind: 'api',
      asked: 'operator',
      project: { id: 7, path: 'acme/web/shop' },
      actor: { username: 'claude-bot' },
      input: 'Update the licences',
      confidential: false,
    });
    expect(audited).toMatchObject([
      { event: 'command', decision: 'obeyed', actor: 'the operator', command: 'start', runs: [run?.id] },
    ]);
  });

  it('starts one on an issue or merge request', async () => {
    const { ask, runs, double } = setUp();
    expect((await ask({ issue: 8 })).status).toBe(202);
    Object.assign(double.item, { source_branch: 'fix', target_branch: 'main', source_project_id: 7 });
    expect((await ask({ mergeRequest: 12 }, 'k2')).status).toBe(202);
    expect(runs().map(({ event }) => event.resource)).toMatchObject([
      { type: 'issue', iid: 8, title: 'Checkout fails' },
      { type: 'merge_request', iid: 12, sourceBranch: 'fix', targetBranch: 'main', sourceProjectId: 7 },
    ]);
  });

  it('has one run for a key, however often and with how many at once it asks', async () => {
    const { ask, runs } = setUp();
    const answers = [...(await Promise.all([ask(), ask(), ask()])), await ask()];
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    expect(answers.map(({ body }) => body.duplicate).sort()).toEqual([false, true, true, true]);
    expect(runs()).toHaveLength(1);
    await ask({}, 'k2');
    expect(runs()).toHaveLength(2);
  });

  it('is given the run of its key whatever has become of the item', async () => {
    const { ask, double } = setUp();
    const { body } = await ask({ issue: 8 });
    double.items.clear();
    expect(await ask({ issue: 8 })).toMatchObject({ status: 202, body: { id: body.id, duplicate: true } });
  });

  it.each([
    ['another input', { input: 'Delete the licences' }],
    ['another item', { issue: 8 }],
    ['another person', { user: 'alice' }],
  ])('may not ask for something else with the same key: %s', async (_what, more) => {
    const { ask, runs } = setUp();
    await ask();
    const { status, body } = await ask(more);
    expect([status, body.error.code]).toEqual([422, 'key_reused']);
    expect(runs()).toHaveLength(1);
  });

  it.each<[string, object, string | undefined, string]>([
    ['no key', {}, undefined, 'idempotency-key is missing'],
    ['a key that is none', {}, 'a b', 'idempotency-key is not 1 to 255'],
    [
      'an issue and a merge request',
      { issue: 8, mergeRequest: 12 },
      'k',
      'mergeRequest is given beside issue',
    ],
    ['nothing to do', { input: ' ' }, 'k', 'input'],
    ['something that nobody knows', { ref: 'main' }, 'k', 'ref'],
  ])('is told what is wrong with its request: %s', async (_what, more, key, words) => {
    const { api, runs } = setUp();
    const { status, body } = await api('POST', '/api/runs', {
      body: { ...ASKED, ...more },
      headers: key === undefined ? {} : { 'idempotency-key': key },
    });
    expect(status).toBe(400);
    expect(body.error.message).toContain(words);
    expect(runs()).toEqual([]);
  });
});

describe('what no trigger wants', () => {
  it.each<[string, Partial<Trigger>, object, RegExp]>([
    [
      'an event that it does not list',
      { events: new Set(['mention']) },
      {},
      /set up for mention, and this is api/,
    ],
    ['another project', {}, { project: 'other/shop' }, /other\/shop is not covered by acme/],
    [
      'a denied person',
      { users: { allow: new Set(), deny: new Set(['eve']) } },
      { user: 'eve' },
      /denied users/,
    ],
    [
      'a person who is not allowed',
      { users: { allow: new Set(['bob']), deny: new Set() } },
      { user: 'eve' },
      /allowed/,
    ],
    ['an account of an agent as the person', {}, { user: 'claude-bot' }, /account of the agent claude/],
    [
      'what the filter leaves out',
      { filters: new Map([['api', () => false]]) },
      {},
      /does not pass the filter for api/,
    ],
  ])('is not started, and every trigger says why: %s', async (_what, fields, more, reason) => {
    const { ask, runs, audited } = setUp([byApi(fields)]);
    const { status, body } = await ask(more);
    expect(status).toBe(422);
    expect(body.error.code).toBe('no_trigger');
    expect(body.verdicts).toEqual([
      { trigger: 'claude', matched: false, reason: expect.stringMatching(reason) },
    ]);
    expect(runs()).toEqual([]);
    expect(audited).toMatchObject([{ event: 'command', decision: 'refused', reason: 'No trigger matched.' }]);
  });

  it('is what is confidential, unless the trigger says so', async () => {
    const closed = setUp();
    closed.double.item.confidential = true;
    const { status, body } = await closed.ask({ issue: 8 });
    expect([status, body.verdicts[0].reason]).toEqual([422, expect.stringContaining('confidential: true')]);
    const open = setUp([byApi({ confidential: true })]);
    open.double.item.confidential = true;
    expect((await open.ask({ issue: 8 })).status).toBe(202);
    expect(open.runs()[0]?.event.confidential).toBe(true);
  });

  it("goes by the trigger that was named, and only by the agent's", async () => {
    const { ask, runs } = setUp([byApi(), byApi({ name: 'careful' })]);
    expect((await ask({ trigger: 'careful' })).body.trigger).toBe('careful');
    expect((await ask({ trigger: 'nobody' }, 'k2')).body).toMatchObject({ verdicts: [] });
    expect(runs()).toHaveLength(1);
  });

  it('does not hold the operator to lists of people', async () => {
    const { ask } = setUp([byApi({ users: { allow: new Set(['bob']), deny: new Set() } })]);
    expect((await ask()).status).toBe(202);
  });
});

describe('GitLab', () => {
  it.each<[string, FailureKind, number, string]>([
    ['project', 'gone', 404, 'project_unknown'],
    ['project', 'refused', 404, 'project_unknown'],
    ['resource', 'gone', 404, 'item_unknown'],
    ['project', 'transient', 503, 'gitlab_unavailable'],
    ['resource', 'rate_limit', 503, 'gitlab_unavailable'],
    ['account', 'transient', 503, 'gitlab_unavailable'],
    ['project', 'permission', 502, 'gitlab_refused'],
  ])('that fails at %s by a failure that is %s is told of with %i', async (operation, kind, status, code) => {
    const { ask, double, runs } = setUp();
    const error = new Failure('asking', { kind, detail: 'no' });
    double.failing((name) => (name === operation ? { when: 'before', error } : undefined));
    const answer = await ask({ issue: 8 });
    expect([answer.status, answer.body.error.code]).toEqual([status, code]);
    expect(runs()).toEqual([]);
  });

  it('that does not know the person, or the config that does not know the agent, is told of', async () => {
    const { ask, double } = setUp();
    double.gitlab.userByName = async () => undefined;
    expect(await ask({ user: 'nobody' })).toMatchObject({
      status: 422,
      body: { error: { code: 'user_unknown' } },
    });
    expect(await ask({ agent: 'nobody' })).toMatchObject({
      status: 422,
      body: { error: { code: 'agent_unknown' } },
    });
  });
});
