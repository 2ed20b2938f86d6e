import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Noteable } from '../gitlab/world/records-discussion.ts';
import { until } from '../support/until.ts';
import { onEachHome } from './on-each-home.ts';
import { noteSaying, type Scene } from './scene.ts';

const told = { notify: 'auto', reactions: true };
const flowOf = (name: string) => `.gitlab/duo/flows/${name}.yaml`;
const AGENTS = {
  pusher: { flow: flowOf('pusher'), ...told },
  failing: { flow: flowOf('failing'), reactions: true },
  answering: { flow: flowOf('answering'), ...told },
  idle: { flow: flowOf('idle') },
};

onEachHome('what came out of a run', (open) => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await open({ agents: AGENTS });
  }, 90_000);
  afterAll(async () => {
    expect(scene.gitlab.violations).toEqual([]);
    await scene.close();
  }, 90_000);

  function ask(agent: keyof typeof AGENTS) {
    const { world, project } = scene;
    const issue = world.openIssue({ project, author: 'alice', title: `For ${agent}` });
    const comment = world.comment({ issue, author: 'alice', body: `@${agent}-bot go` });
    const emoji = () =>
      [...world.state.awards.values()]
        .filter(({ awardable }) => awardable.kind === 'note' && awardable.id === comment.id)
        .map(({ name }) => name);
    return { issue, comment, emoji };
  }
  const repliesOn = (on: Noteable) => scene.botNotes(on).filter(({ body }) => body.includes('beckon:done='));

  it('a merge request has its size, a check mark and one reply', async () => {
    const { issue, comment, emoji } = ask('pusher');
    const note = await noteSaying(scene, issue, /It opened the merge request/);
    expect(note.body).toMatch(
      /^✅ Agent has finished\. It opened the merge request \[!\d+\]\(\S+\) \(3 files, \+\d+ −0\)\. See the/,
    );
    await until('the reply', () => repliesOn(issue).length > 0);
    expect(repliesOn(issue)).toMatchObject([
      {
        body: expect.stringMatching(/^@alice The agent has finished: \[!\d+\]/),
        discussionId: comment.discussionId,
      },
    ]);
    expect(emoji()).toEqual(['white_check_mark']);
  }, 90_000);

  it("the agent's own answer is linked, and tells whoever asked", async () => {
    const { issue } = ask('answering');
    const note = await noteSaying(scene, issue, /Agent has finished/);
    const answer = scene.botNotes(issue).find(({ body }) => body === 'It is 42.');
    expect(note.body).toMatch(/^✅ Agent has finished\. It \[answered\]\(\S+\) and made no changes\./);
    expect(note.body).toContain(`/-/issues/${issue.iid}#note_${answer?.id})`);
    await until('the run is over', () =>
      scene.log.some((line) => line.includes('run finished') && line.includes('"agent":"answering"')),
    );
    expect(repliesOn(issue)).toEqual([]);
  }, 90_000);

  it('a job that failed is quoted, and the comment gets a cross', async () => {
    const { issue, emoji } = ask('failing');
    const note = await noteSaying(scene, issue, /Agent has failed in the job/);
    expect(note.body).toMatch(
      /See the \[pipeline\]\(\S+\)\.\n\n```\n[\s\S]*^ about to fail$[\s\S]*\n```\n\n<!--/m,
    );
    await until('the cross', () => emoji().join() === 'x');
  }, 90_000);

  it('a job whose log not everybody may read is not quoted', async () => {
    scene.world.updateProject({ project: scene.project, publicJobs: false });
    const { issue } = ask('failing');
    const note = await noteSaying(scene, issue, /Agent has failed in the job/);
    scene.world.updateProject({ project: scene.project, publicJobs: true });
    expect(note.body).not.toContain('```');
    expect(note.body).not.toContain('about to fail');
  }, 90_000);

  it('the thread that was begun for a review is resolved', async () => {
    const { world, project } = scene;
    const actions = [{ action: 'create', path: 'guest.txt', content: 'guests\n' }] as const;
    const place = { project, by: 'alice', branch: 'guests', startBranch: 'main' };
    await world.commit({ ...place, message: 'Let guests in', actions });
    const branches = { sourceBranch: 'guests', targetBranch: 'main' };
    const mergeRequest = await world.openMergeRequest({
      project,
      author: 'alice',
      title: 'Guests',
      ...branches,
    });
    world.requestReview({ mergeRequest, by: 'alice', users: ['idle-bot'] });
    const { id } = await noteSaying(scene, mergeRequest, /It made no changes/);
    await until('it is resolved', () => (world.state.notes.get(id)?.resolvedAt ?? null) !== null);
  }, 90_000);
});

onEachHome('a program that is killed while it tells of the end', (open) => {
  it.concurrent.for([
    ['the note says it', 'Agent has finished'],
    ['the reply is there, and its answer was lost', 'beckon:done='],
  ] as const)(
    'when %s has one reply in the end',
    { timeout: 120_000 },
    async ([_moment, words], { onTestFinished }) => {
      const scene = await open({ agents: { pusher: AGENTS.pusher } });
      onTestFinished(() => scene.close(), 60_000);
      const { world, project, gitlab, log } = scene;
      // The first is the progress note, the second the reply.
      gitlab.faults.add({
        match: { method: 'POST', path: /\/discussions\/\w+\/notes$/ },
        after: 1,
        do: { cut: 'after' },
      });
      const issue = world.openIssue({ project, author: 'alice', title: 'Checkout fails' });
      world.comment({ issue, author: 'alice', body: '@pusher-bot go' });
      const has = (text: string) => [...world.state.notes.values()].some(({ body }) => body.includes(text));
      await until('the moment to die', () => has(words), { ms: 60_000 });
      await scene.killAndRestart();
      await until('the run is over', () => log.some((line) => line.includes('run finished')), { ms: 60_000 });
      const marks = scene.botNotes(issue).map(({ body }) => /beckon:(run|done)=/.exec(body)?.[1]);
      expect(marks).toEqual(['run', 'done']);
      expect(gitlab.violations).toEqual([]);
    },
  );
});
