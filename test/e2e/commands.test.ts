import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Issue } from '../gitlab/world/records-discussion.ts';
import { until } from '../support/until.ts';
import { onEachHome } from './on-each-home.ts';
import { ADMIN_TOKEN, noteSaying, type Scene } from './scene.ts';

onEachHome('a run that somebody has to do with', (open) => {
  let scene: Scene;

  beforeAll(async () => {
    scene = await open();
  }, 90_000);
  afterAll(async () => {
    expect(scene.gitlab.violations).toEqual([]);
    await scene.close();
  }, 90_000);

  const newIssue = () => scene.world.openIssue({ project: scene.project, author: 'alice', title: 'Sleep' });
  const pipelineOf = (body: string) =>
    [...scene.world.state.pipelines.values()].find(
      ({ ref }) => ref === `workloads/${/run=(r\w+)/.exec(body)?.[1]}`,
    );
  const branches = async () =>
    (await scene.world.state.repositories.get(scene.project.id)?.branches())?.map(({ name }) => name);

  async function asked(issue: Issue): Promise<string | undefined> {
    const comment = scene.world.comment({ issue, author: 'alice', body: '@sleeper-bot take your time' });
    await noteSaying(scene, issue, /Agent has started/);
    return comment?.discussionId;
  }

  it('says how it stands, and stops within seconds, when told so in the thread', async () => {
    const issue = newIssue();
    const discussionId = (await asked(issue)) ?? '';
    const say = (body: string) => scene.world.comment({ issue, author: 'alice', body, discussionId });
    // The note says it a moment before the run knows it.
    const looks = () => scene.gitlab.requests.some(({ path }) => /\/pipelines\/\d+$/.test(path));
    await until('the run looks at its pipeline', looks);
    say('@sleeper-bot status');
    const status = await noteSaying(
      scene,
      issue,
      /✅ Running: asked for by Alice Ito, since \d+ s, \[pipeline\]/,
    );
    const began = Date.now();
    say('@sleeper-bot stop');
    const note = await noteSaying(scene, issue, /^🛑 Agent was cancelled by alice\. See the \[pipeline\]/);
    expect(Date.now() - began).toBeLessThan(8_000);
    expect(status.discussionId).toBe(note.discussionId);
    expect(pipelineOf(note.body)?.status).toBe('canceled');
    expect(await branches()).toEqual(['main']);
    say('@sleeper-bot stop');
    await noteSaying(scene, issue, /There is nothing under way here that could be stopped/);
    expect(scene.botNotes(issue)).toHaveLength(3);
  }, 90_000);

  it('is found, stopped and started again through the API, and the thread says by whom', async () => {
    const api = async (path: string, method = 'GET') => {
      const headers = { authorization: `Bearer ${ADMIN_TOKEN}` };
      const answer = await fetch(`${scene.address()}/api${path}`, { method, headers });
      expect(answer.status, path).toBe(200);
      return answer.json();
    };
    const issue = newIssue();
    await asked(issue);
    const { runs } = await api('/runs?state=running&agent=sleeper&project=acme/**&user=alice');
    const run = runs.find(({ item }: { item: { iid: number } }) => item.iid === issue.iid);
    expect(await api(`/runs/${run.id}/cancel`, 'POST')).toMatchObject({ answer: 'asked' });
    await noteSaying(scene, issue, /^🛑 Agent was cancelled by the operator\./);
    await until('the run is over', async () => (await api(`/runs/${run.id}`)).finishedAt !== null);
    const again = await api(`/runs/${run.id}/retry`, 'POST');
    expect(again).toMatchObject({ retryOf: run.id, duplicate: false });
    await noteSaying(scene, issue, new RegExp(`^✅ Agent has started[^]*run=${again.id}`));
    await api(`/runs/${again.id}/cancel`, 'POST');
    await until('the second is over', async () => (await api(`/runs/${again.id}`)).state === 'cancelled');
  }, 90_000);

  it.concurrent.each([
    [
      'the account is unassigned',
      'who took back the assignment',
      (issue: Issue) => scene.world.unassign({ issue, by: 'alice', users: ['sleeper-bot'] }),
    ],
    [
      'the issue is closed',
      'who closed or merged it',
      (issue: Issue) => scene.world.close({ issue, by: 'alice' }),
    ],
  ])(
    'stops when %s',
    async (_what, words, end) => {
      const issue = newIssue();
      scene.world.assign({ issue, by: 'alice', users: ['sleeper-bot'] });
      await noteSaying(scene, issue, /Agent has started/);
      end(issue);
      const note = await noteSaying(scene, issue, /^🛑 Agent was cancelled by alice/);
      expect(note.body).toContain(words);
      expect(pipelineOf(note.body)?.status).toBe('canceled');
    },
    90_000,
  );

  it.concurrent('is done once more when it is over', async () => {
    const issue = newIssue();
    const comment = scene.world.comment({ issue, author: 'alice', body: '@idle-bot look' });
    const discussionId = comment?.discussionId ?? '';
    await noteSaying(scene, issue, /It made no changes/);
    scene.world.comment({ issue, author: 'alice', body: '@idle-bot retry', discussionId });
    const done = () => scene.botNotes(issue).filter(({ body }) => /It made no changes/.test(body));
    await until('the second run has ended', () => done().length === 2, { ms: 40_000 });
    expect(new Set(done().map((note) => note.discussionId)).size).toBe(1);
  }, 90_000);
});
