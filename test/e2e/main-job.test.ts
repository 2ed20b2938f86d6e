import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Home } from '../contracts/run-queue.ts';
import { postgresHome, redisHome } from '../queue/homes.ts';
import { describeWith } from '../support/needs.ts';
import { noteSaying, openScene, PROJECT, type Scene } from './scene.ts';

const FINISHED = /It opened the merge request/;

/** The content of a file at the end of a run's branch. */
async function fileOn(scene: Scene, branch: string, path: string): Promise<string> {
  const file = await scene.world.state.repositories.get(scene.project.id)?.readFile(branch, path);
  return Buffer.from(file?.content ?? []).toString('utf8');
}

function mainJob(home: Home | undefined, { apart = false } = {}): void {
  let scene: Scene;

  beforeAll(async () => {
    scene = await openScene({ apart, ...(home === undefined ? {} : { home }) });
  }, 60_000);
  afterAll(async () => {
    await scene?.close();
  }, 60_000);

  it('goes from a comment to a merge request, with one note that says how it stands', async () => {
    const { world, gitlab, project } = scene;
    const issue = world.openIssue({ project, author: 'alice', title: 'Checkout fails' });
    const said: string[] = [];
    const stop = world.listen((event) => {
      if (event.type === 'note' && world.state.users.get(event.note.authorId)?.bot)
        said.push(event.note.body);
    });
    const body = `@pusher-bot please write down: $HOME \`id\` %CI_JOB_TOKEN% "quotes" 'and' \\ more\n\n--end 🎉`;
    const asked = world.comment({ issue, author: 'alice', body });
    if (asked === undefined) throw new Error('the comment was written');

    const note = await noteSaying(scene, issue, FINISHED);
    stop();

    const runId = /beckon:run=(r[0-9a-f]{15})/.exec(note.body)?.[1] ?? '';
    expect(said.map((text) => text.replace(/\n\n<!--.*-->$/, ''))).toEqual([
      '🔄 Processing the request and starting the agent...',
      expect.stringMatching(
        new RegExp(
          `^✅ Agent has started\\. You can view the progress \\[here\\]\\(${gitlab.url}/${PROJECT}/-/pipelines/\\d+\\)\\.$`,
        ),
      ),
      expect.stringMatching(
        /^✅ Agent has finished\. It opened the merge request \[!1\]\(\S+\/-\/merge_requests\/1\) \(3 files, \+\d+ −0\)\. See the \[pipeline\]\(\S+\)\.$/,
      ),
    ]);
    expect(scene.botNotes(issue)).toHaveLength(1);
    expect(note.discussionId).toBe(world.state.notes.get(asked.id)?.discussionId);

    const branches = await world.state.repositories.get(project.id)?.branches();
    expect(branches?.map((branch) => branch.name).sort()).toEqual(['main', `workloads/${runId}`]);
    const pipelines = [...world.state.pipelines.values()].filter(({ source }) => source === 'api');
    expect(pipelines).toMatchObject([{ ref: `workloads/${runId}`, status: 'success' }]);
    expect([...world.state.mergeRequests.values()]).toMatchObject([
      {
        sourceBranch: `workloads/${runId}`,
        targetBranch: 'main',
        title: 'Resolve "Checkout fails"',
        state: 'opened',
      },
    ]);
    expect(await fileOn(scene, `workloads/${runId}`, 'asked.txt')).toBe(body);
    const variables = await fileOn(scene, `workloads/${runId}`, 'variables.txt');
    expect(variables).toContain(`AI_FLOW_ID=${runId}\n`);
    expect(variables).toContain('AI_FLOW_EVENT=mention\n');
    expect(variables).toContain(`AI_FLOW_DISCUSSION_ID=${note.discussionId}\n`);
    expect(variables).toContain(`AI_FLOW_PROJECT_PATH=${PROJECT}\n`);
    expect(variables).toContain('AI_FLOW_USER=alice\n');
    expect(variables).toContain(`CI_WORKLOAD_REF=workloads/${runId}\n`);
    expect(JSON.parse(await fileOn(scene, `workloads/${runId}`, 'context.json'))).toMatchObject({
      iid: issue.iid,
      title: 'Checkout fails',
      issue_comments: [expect.stringContaining('please write down'), expect.anything()],
    });
    expect(gitlab.violations).toEqual([]);
  }, 90_000);
}

describeWith(['git'], 'the main job, embedded', () => mainJob(undefined));
describeWith(['git'], 'the main job, on PostgreSQL', () => mainJob(postgresHome()));
describeWith(['git', 'redis-server'], 'the main job, on Redis', () => mainJob(redisHome()));
describeWith(
  ['git', 'redis-server'],
  'the main job, on Redis, with one process that receives and two that perform',
  () => mainJob(redisHome(), { apart: true }),
);
