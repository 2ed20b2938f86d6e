import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Issue } from '../gitlab/world/records-discussion.ts';
import { until } from '../support/until.ts';
import { onEachHome } from './on-each-home.ts';
import { noteSaying, type Scene } from './scene.ts';

const flow = '.gitlab/duo/flows/held.yaml';

onEachHome('a second request on an issue where the agent is at work', (open) => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await open({
      agents: { replacing: { flow }, refusing: { flow } },
      rules: { replacing: { onBusy: 'replace' }, refusing: { onBusy: 'refuse' } },
    });
    scene.world.addUser({ username: 'bob', name: 'Bob Baker' });
    scene.world.addMember({ user: 'bob', project: scene.project, level: 'developer' });
  }, 90_000);
  afterAll(async () => {
    await scene.close();
    expect(scene.gitlab.violations).toEqual([]);
  }, 90_000);

  /** Has alice ask an agent, and bob ask it again once it has started. */
  async function askTwice(agent: string) {
    const issue = scene.world.openIssue({ project: scene.project, author: 'alice', title: agent });
    const ask = (author: string) => scene.world.comment({ issue, author, body: `@${agent}-bot go` });
    const first = ask('alice');
    await noteSaying(scene, issue, /Agent has started/);
    const second = ask('bob');
    return { issue, first, second };
  }
  async function letEnd(agent: string): Promise<void> {
    const repository = scene.world.state.repositories.get(scene.project.id);
    await repository?.createBranch(`go-${agent}`, (await repository.resolve('main')) ?? '');
  }
  const answersTo = (issue: Issue, { discussionId }: { discussionId: string }) =>
    scene.botNotes(issue).filter((note) => note.discussionId === discussionId);
  const finished = (agent: string) =>
    scene.log
      .map((line) => JSON.parse(line))
      .filter((line) => line.msg === 'run finished' && line.agent === agent);
  const pipelineOf = (body: string) =>
    [...scene.world.state.pipelines.values()].find(
      ({ ref }) => ref === `workloads/${/run=(r\w+)/.exec(body)?.[1]}`,
    );

  it.concurrent('takes the place of the first, which says so, and goes to its end', async () => {
    const { issue, first, second } = await askTwice('replacing');
    const replaced = await noteSaying(scene, issue, /^🛑/);
    expect(replaced.body).toMatch(
      /^🛑 Agent was cancelled by bob, whose newer request took its place\. See the \[pipeline\]/,
    );
    expect(replaced.discussionId).toBe(first.discussionId);
    expect(pipelineOf(replaced.body)?.status).toBe('canceled');
    await noteSaying(scene, issue, /Agent has started/);
    await letEnd('replacing');
    const done = await noteSaying(scene, issue, /It opened the merge request/);
    expect(done.discussionId).toBe(second.discussionId);
    expect(pipelineOf(done.body)?.status).toBe('success');
    expect(scene.botNotes(issue)).toHaveLength(2);
  }, 120_000);

  it.concurrent('is refused once, with a link to the note of the first, which goes on', async () => {
    const { issue, first, second } = await askTwice('refusing');
    const refused = await noteSaying(scene, issue, /^❌/);
    const [note] = answersTo(issue, first);
    expect(refused.discussionId).toBe(second.discussionId);
    expect(refused.body.replaceAll('\\', '')).toMatch(
      /^❌ Could not start the agent due to this error: @refusing-bot is at work here already, and takes one request after the other\. See \[its note\]/,
    );
    expect(refused.body).toContain(`/acme/web/shop/-/issues/${issue.iid}#note_${note?.id})`);
    await letEnd('refusing');
    const done = await noteSaying(scene, issue, /It opened the merge request/);
    expect(done.id).toBe(note?.id);
    await until('both runs are over', () => finished('refusing').length === 2);
    expect(scene.botNotes(issue)).toHaveLength(2);
  }, 120_000);
});
