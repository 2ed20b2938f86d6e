import { afterAll, beforeAll, expect, it } from 'vitest';
import { until } from '../support/until.ts';
import { onEachHome } from './on-each-home.ts';
import { ADMIN_TOKEN, noteSaying, PROJECT, type Scene } from './scene.ts';

const projects = ['acme/**'];

onEachHome('a program outside of GitLab', (open) => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await open({
      triggers: [
        { name: 'programs', agent: 'pusher', events: ['api'], projects },
        { name: 'questions', agent: 'idle', events: ['api'], projects },
      ],
    });
  }, 90_000);
  afterAll(async () => {
    expect(scene.gitlab.violations).toEqual([]);
    await scene.close();
  }, 90_000);

  async function ask(request: object, { key = 'k1', token = ADMIN_TOKEN } = {}) {
    const response = await fetch(`${scene.address()}/api/runs`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        'idempotency-key': key,
      },
      body: JSON.stringify({ project: PROJECT, ...request }),
    });
    return { status: response.status, body: await response.json() };
  }
  async function ended(id: string) {
    let run: { state: string; outcome: { kind: string } | null; finishedAt: string | null } | undefined;
    await until(
      () => `the end of the run ${id}, which is ${JSON.stringify(run)}`,
      async () => {
        const response = await fetch(`${scene.address()}/api/runs/${id}`, {
          headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
        });
        run = await response.json();
        return typeof run?.finishedAt === 'string';
      },
      { ms: 60_000 },
    );
    return run;
  }

  it('has an agent do something in a project, which ends in one merge request for a key', async () => {
    const request = { agent: 'pusher', input: 'Update the licences' };
    const answers = await Promise.all([ask(request), ask(request)]);
    expect(answers.map(({ status }) => status)).toEqual([202, 202]);
    const [first, second] = answers.map(({ body }) => body);
    expect(second.id).toBe(first.id);
    expect(await ended(first.id)).toMatchObject({ state: 'succeeded', outcome: { kind: 'merge_request' } });
    expect(await ask(request)).toMatchObject({ body: { id: first.id, duplicate: true, state: 'succeeded' } });
    const made = [...scene.world.state.mergeRequests.values()];
    expect(made).toHaveLength(1);
    expect(made[0]?.description).toMatch(/^Beckon's operator asked for this/);
    expect(scene.log.filter((line) => line.includes('"event":"command"'))[0]).toContain('"command":"start"');
  }, 90_000);

  it('has it work on an issue on behalf of a person, and the thread says so', async () => {
    const { world, project } = scene;
    const issue = world.openIssue({ project, author: 'alice', title: 'Old licences' });
    const { body } = await ask(
      { agent: 'idle', input: 'Look', issue: issue.iid, user: 'alice' },
      { key: 'k2' },
    );
    const note = await noteSaying(scene, issue, /It made no changes/);
    expect(note.body).toContain("Asked by Beckon's operator on behalf of \\@alice.");
    expect(await ended(body.id)).toMatchObject({ user: 'alice', state: 'succeeded' });
  }, 90_000);

  it.each([
    ['has too little a role', 'rita'],
    ['is a stranger', 'sam'],
  ])(
    'does nothing on behalf of a person who %s',
    async (_what, user) => {
      const before = scene.world.state.pipelines.size;
      const { status, body } = await ask(
        { agent: 'idle', input: 'Look', user },
        { key: `for ${user}`.replace(' ', '-') },
      );
      expect(status).toBe(202);
      expect(await ended(body.id)).toMatchObject({ state: 'refused' });
      expect(scene.world.state.pipelines.size).toBe(before);
    },
    60_000,
  );

  it('is told why not', async () => {
    const input = 'Look';
    const codes = await Promise.all([
      ask({ agent: 'sleeper', input }),
      ask({ agent: 'idle', input, project: 'acme/none' }),
      ask({ agent: 'idle', input, issue: 999_999 }),
      ask({ agent: 'idle', input }, { token: 'wrong' }),
    ]);
    expect(codes.map(({ status, body }) => [status, body.error.code])).toEqual([
      [422, 'no_trigger'],
      [404, 'project_unknown'],
      [404, 'item_unknown'],
      [401, 'unauthorized'],
    ]);
  });

  it('is told soon that GitLab does not answer, and gets its run when it does', async () => {
    const path = /^\/projects\/acme%2Fweb%2Fshop$/;
    const mend = scene.gitlab.faults.add({ match: { path }, times: 9, do: { delay: 30_000 } });
    const request = { agent: 'idle', input: 'Look' };
    const began = Date.now();
    expect(await ask(request, { key: 'k9' })).toMatchObject({
      status: 503,
      body: { error: { code: 'gitlab_unavailable' } },
    });
    expect(Date.now() - began).toBeLessThan(14_000);
    mend();
    expect(await ask(request, { key: 'k9' })).toMatchObject({ status: 202, body: { duplicate: false } });
  }, 60_000);
});
