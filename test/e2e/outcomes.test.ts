import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Noteable } from '../gitlab/world/records-discussion.ts';
import { until } from '../support/until.ts';
import { onEachHome } from './on-each-home.ts';
import { noteSaying, type Scene } from './scene.ts';

onEachHome('what people see', (open) => {
  let scene: Scene;
  let issues = 0;

  // Below a sub-path, where many installations are.
  beforeAll(async () => {
    scene = await open({ subPath: '/gitlab' });
  }, 90_000);
  afterAll(async () => {
    expect(scene.gitlab.violations).toEqual([]);
    await scene.close();
  }, 90_000);

  const newIssue = () => {
    issues += 1;
    return scene.world.openIssue({ project: scene.project, author: 'alice', title: `Issue ${issues}` });
  };
  const branches = async () =>
    (await scene.world.state.repositories.get(scene.project.id)?.branches())?.map(({ name }) => name) ?? [];
  /** Runs that the program has said are over, for the things of which no note tells. */
  const finishedRuns = () =>
    scene.log.map((line) => JSON.parse(line)).filter((line) => line.msg === 'run finished');

  async function contentOf(branch: string, path: string): Promise<string | undefined> {
    const file = await scene.world.state.repositories.get(scene.project.id)?.readFile(branch, path);
    return file === undefined ? undefined : Buffer.from(file.content).toString('utf8');
  }
  function mergeRequestOf(note: string) {
    const iid = Number(/merge_requests\/(\d+)\)/.exec(note)?.[1]);
    return [...scene.world.state.mergeRequests.values()].find((mergeRequest) => mergeRequest.iid === iid);
  }

  it('an issue that is assigned gets a thread of its own and a merge request', async () => {
    const issue = newIssue();
    scene.world.assign({ issue, by: 'alice', users: ['pusher-bot'] });
    const note = await noteSaying(scene, issue, /It opened the merge request/);
    const mergeRequest = mergeRequestOf(note.body);
    expect(mergeRequest).toMatchObject({ targetBranch: 'main', state: 'opened' });
    expect(await contentOf(mergeRequest?.sourceBranch ?? '', 'asked.txt')).toBe(String(issue.iid));
    expect(scene.botNotes(issue)).toHaveLength(1);
  }, 90_000);

  it('a review that is asked for works on the branch of the merge request', async () => {
    await scene.world.commit({
      project: scene.project,
      by: 'alice',
      branch: 'guest-checkout',
      startBranch: 'main',
      message: 'Let guests in',
      actions: [{ action: 'create', path: 'guest.txt', content: 'guests\n' }],
    });
    const mergeRequest = await scene.world.openMergeRequest({
      project: scene.project,
      author: 'alice',
      title: 'Guest checkout',
      sourceBranch: 'guest-checkout',
      targetBranch: 'main',
    });
    scene.world.requestReview({ mergeRequest, by: 'alice', users: ['pusher-bot'] });
    const note = await noteSaying(scene, mergeRequest, /It opened the merge request/);
    const made = mergeRequestOf(note.body);
    expect(made).toMatchObject({ targetBranch: 'guest-checkout' });
    expect(await contentOf(made?.sourceBranch ?? '', 'guest.txt')).toBe('guests\n');
    const context = JSON.parse((await contentOf(made?.sourceBranch ?? '', 'context.json')) ?? '{}');
    expect(context).toMatchObject({ iid: mergeRequest.iid, source_branch: 'guest-checkout' });
    expect(context.diff).toContain('+++ guest.txt\n@@ -0,0 +1 @@\n+guests');
  }, 90_000);

  it('an agent without a flow runs the job that the project wrote itself', async () => {
    const issue = newIssue();
    scene.world.comment({ issue, author: 'alice', body: '@plain-bot costs $5 and $HOME' });
    const note = await noteSaying(scene, issue, /It opened the merge request/);
    const branch = mergeRequestOf(note.body)?.sourceBranch ?? '';
    expect(await contentOf(branch, 'asked.txt')).toBe('@plain-bot costs $5 and $HOME');
  }, 90_000);

  it('a run that changed nothing leaves no branch', async () => {
    const issue = newIssue();
    scene.world.comment({ issue, author: 'alice', body: '@idle-bot look' });
    const note = await noteSaying(scene, issue, /It made no changes/);
    expect(await branches()).not.toContain(`workloads/${/run=(r\w+)/.exec(note.body)?.[1]}`);
  }, 90_000);

  it('a job that fails is named with a link', async () => {
    const issue = newIssue();
    scene.world.comment({ issue, author: 'alice', body: '@failing-bot try' });
    const note = await noteSaying(scene, issue, /Agent has failed/);
    expect(note.body).toMatch(
      /^❌ Agent has failed in the job \[external-agent\]\(http:\S+\/gitlab\/acme\/web\/shop\/-\/jobs\/\d+\): a command of the job failed\. See the \[pipeline\]\(http:\S+\)\./,
    );
  }, 90_000);

  it.each([
    [
      'is not there',
      '@missing-bot go',
      /The flow file \.gitlab\/duo\/flows\/missing\.yaml is not on the branch main/,
    ],
    [
      'has a fault',
      '@broken-bot go',
      /\.gitlab\/duo\/flows\/broken\.yaml:2:1 comands: unknown key; did you mean commands\?/,
    ],
  ])(
    'a flow file that %s is said, with what to do',
    async (_what, body, words) => {
      const issue = newIssue();
      scene.world.comment({ issue, author: 'alice', body });
      const note = await noteSaying(scene, issue, /Could not start the agent due to this error/);
      expect(note.body.replaceAll('\\', '')).toMatch(words);
      expect(scene.botNotes(issue)).toHaveLength(1);
    },
    90_000,
  );

  it('a project that forbids pipeline variables is told which setting to change', async () => {
    const issue = newIssue();
    scene.world.updateProject({ project: scene.project, pipelineVariablesRole: 'no_one_allowed' });
    scene.world.comment({ issue, author: 'alice', body: '@pusher-bot go' });
    const note = await noteSaying(scene, issue, /Could not start the agent/);
    scene.world.updateProject({ project: scene.project, pipelineVariablesRole: 'developer' });
    expect(note.body).toContain('Insufficient permissions to set pipeline variables');
    expect(note.body).toContain('Minimum role to use pipeline variables');
    expect(await branches()).not.toContain(`workloads/${/run=(r\w+)/.exec(note.body)?.[1]}`);
  }, 90_000);

  it('a member with too little a role is told, a stranger is not', async () => {
    const issue = newIssue();
    scene.world.comment({ issue, author: 'rita', body: '@pusher-bot go' });
    const note = await noteSaying(scene, issue, /needs at least the Developer role/);
    expect(note.body).toContain('has Reporter');
    scene.world.comment({ issue, author: 'sam', body: '@pusher-bot go' });
    await until('the run of the stranger is over', () =>
      finishedRuns().some(({ outcome }) => outcome.silent === true),
    );
    expect(scene.botNotes(issue)).toHaveLength(1);
  }, 90_000);

  it('an agent that is not a member of a private project cannot answer there, and the log says why', async () => {
    const { world } = scene;
    const project = await world.addProject({ path: 'acme/private', visibility: 'private' });
    world.addMember({ user: 'alice', project, level: 'developer' });
    const { token, url } = scene.hook;
    world.addHook({ project, url, token, events: ['note'] });
    const issue = world.openIssue({ project, author: 'alice', title: 'Private' });
    world.comment({ issue, author: 'alice', body: '@idle-bot go' });
    await until('the run is over', () => finishedRuns().some((line) => line.project === 'acme/private'));
    const reasons = scene.log
      .map((line) => JSON.parse(line))
      .filter((line) => line.project === 'acme/private');
    expect(reasons).toContainEqual(
      expect.objectContaining({
        msg: 'step failed for good',
        err: expect.objectContaining({
          message: expect.stringContaining('The service account cannot see the project.'),
        }),
      }),
    );
    expect(scene.botNotes(issue)).toEqual([]);
  }, 90_000);

  it('several agents in one comment answer each in a note of its own, in the thread', async () => {
    const issue: Noteable = newIssue();
    const asked = scene.world.comment({
      issue,
      author: 'alice',
      body: '@idle-bot and @pusher-bot: both of you',
    });
    await noteSaying(scene, issue, /It made no changes/);
    await noteSaying(scene, issue, /It opened the merge request/);
    const notes = scene.botNotes(issue);
    expect(notes).toHaveLength(2);
    expect(new Set(notes.map((note) => note.discussionId))).toEqual(new Set([asked.discussionId]));
  }, 90_000);

  it('a delivery that comes twice starts nothing again', async () => {
    const issue = newIssue();
    scene.world.comment({ issue, author: 'alice', body: '@idle-bot once' });
    await noteSaying(scene, issue, /It made no changes/);
    const delivery = [...scene.world.state.deliveries.values()].findLast(({ requestBody }) =>
      requestBody.includes('@idle-bot once'),
    );
    const headers = new Headers(delivery?.requestHeaders);
    headers.set('x-gitlab-token', scene.env.WEBHOOK_SECRET ?? '');
    const response = await fetch(`${scene.address()}/webhooks/gitlab`, {
      method: 'POST',
      headers,
      body: delivery?.requestBody ?? '',
    });
    expect(response.status).toBe(202);
    expect(await response.json()).toMatchObject({ runs: [{ duplicate: true }] });
    expect(scene.botNotes(issue)).toHaveLength(1);
  }, 90_000);

  it('GitLab shows under the recent events why nothing happened', async () => {
    const issue = newIssue();
    scene.world.comment({ issue, author: 'alice', body: '@pusher-bat go' });
    await scene.gitlab.webhooksSettled();
    const delivery = [...scene.world.state.deliveries.values()].findLast(({ requestBody }) =>
      requestBody.includes('@pusher-bat'),
    );
    expect(delivery?.responseStatus).toBe('200');
    expect(delivery?.responseBody).toContain('Was @pusher-bot meant?');
  });

  it('no secret is in the log', () => {
    const text = scene.log.join('\n');
    expect(scene.log.length).toBeGreaterThan(20);
    for (const secret of Object.values(scene.env)) expect(text).not.toContain(secret);
  });
});
