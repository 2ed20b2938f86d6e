import { describe, expect, it, onTestFinished } from 'vitest';
import type { Config } from '../../src/config/config.ts';
import { parseDelivery } from '../../src/events/parse.ts';
import type { SettledPipeline } from '../../src/events/reading.ts';
import { planRun } from '../../src/runs/plan.ts';
import type { Run } from '../../src/runs/run.ts';
import { agent, trigger } from '../builders/config.ts';
import { performer } from '../doubles/performer.ts';
import { startReceiver } from '../support/receiver.ts';
import { connect } from './connect.ts';

const FLOW = '.gitlab/duo/flows/claude.yaml';
const TEXT = 'image: alpine:3\ncommands: [echo hi]\n';
const GIVEN = { title: 'Basket', description: 'It loses items.' };

/**
 * A project with a flow and a webhook, and a worker's half with all its caches. Runs take a few seconds, and the
 * pipeline has ended when they look.
 */
async function open({ commits = true, hears = true }: { commits?: boolean; hears?: boolean } = {}) {
  const receiver = await startReceiver();
  onTestFinished(() => receiver.close());
  const connected = await connect({ files: { [FLOW]: TEXT, '.gitlab-ci.yml': 'agent: { script: [ls] }\n' } });
  const { standIn, world, project, gitlab, requests } = connected;
  world.addUser({ username: 'alice', name: 'Alice Ito' });
  world.addMember({ user: 'alice', project, level: 'developer' });
  const events = ['note', 'issues', 'merge_requests', ...(hears ? (['pipeline'] as const) : [])] as const;
  world.addHook({ project, url: receiver.url, token: 'secret', events: [...events] });
  const rule = trigger({ agent: agent({ flow: { kind: 'file', path: FLOW } }) });
  const fields: Partial<Config> = { agents: [rule.agent] };
  const { takeUp } = performer(gitlab, rule, { fields });

  /** The newest webhook. */
  async function heard() {
    await standIn.webhooksSettled();
    return parseDelivery({ event: '', payload: JSON.parse(receiver.posts.at(-1)?.body ?? '{}') });
  }

  /** Gives what a webhook tells of the end of the pipeline. */
  async function work({ branch, pipeline }: Run): Promise<SettledPipeline | undefined> {
    if (branch === undefined || pipeline === undefined) throw new Error('the agent has started');
    if (commits) {
      const actions = [{ action: 'create' as const, path: `${branch.name}.txt`, content: 'new\n' }];
      await world.commit({ project, by: 'claude-bot', branch: branch.name, message: 'Mend', actions });
    }
    world.finishPipeline({ pipeline, status: 'success' });
    const reading = await heard();
    return 'settled' in reading ? reading.settled?.pipeline : undefined;
  }

  /** What a run of the newest webhook asks of GitLab, one line for each request. */
  async function requestsOf(happen: () => unknown): Promise<readonly string[]> {
    receiver.posts.splice(0);
    await happen();
    const reading = await heard();
    const event = reading.kind === 'events' ? reading.events[0] : undefined;
    if (event === undefined) throw new Error('the webhook tells of an event');
    let run = planRun({ event, trigger: rule }, { gitlabUrl: standIn.url, now: 0 });
    let settled: SettledPipeline | undefined;
    requests.splice(0);
    for (let times = 0; times < 10 && run.finishedAt === undefined; times += 1) {
      const save = (step: Run) => {
        run = step;
      };
      await takeUp(run, save, { settled });
      if (run.step === 'watch') settled = await work(run);
    }
    expect(run.outcome?.kind).toBe(commits ? 'merge_request' : 'no_changes');
    expect(standIn.violations).toEqual([]);
    return [...requests];
  }
  const issue = () => world.openIssue({ project, author: 'alice', ...GIVEN });
  const mention = (on: Parameters<typeof world.comment>[0]['issue'] = issue()) =>
    requestsOf(() => world.comment({ issue: on, author: 'alice', body: '@claude-bot please' }));
  return { ...connected, issue, mention, requestsOf };
}

const LAST_LOOK = [
  'GET projects/:id/issues/:id',
  'GET projects/:id/issues/:id/discussions',
  'GET projects/:id/members/all/:id',
];
const OFFERED = [
  'GET projects/:id/repository/compare',
  'GET projects/:id/issues/:id',
  'POST projects/:id/merge_requests',
];
const STARTED = ['POST projects/:id/pipeline', 'PUT projects/:id/issues/:id/notes/:id'];
const SAID = ['GET projects/:id/issues/:id/discussions/:id', 'PUT projects/:id/issues/:id/notes/:id'];
const BRANCH = ['POST projects/:id/repository/branches'];

describe('a run with all that can be known', () => {
  it('of a mention on an issue makes these requests and no other', async () => {
    const { mention } = await open();
    const cold = await mention();
    const warm = await mention();
    expect(warm).toEqual([
      'POST projects/:id/issues/:id/discussions/:id/notes',
      ...BRANCH,
      ...LAST_LOOK,
      ...STARTED,
      ...OFFERED,
      ...SAID,
    ]);
    const known = ['GET users/:id', 'GET projects/:id/members/all/:id', 'GET user'];
    const file = 'GET projects/:id/repository/files/:id/raw';
    expect([...cold].sort()).toEqual([...warm, ...known, file].sort());
  });

  it('looks for the end of the pipeline itself, where no webhook tells of it', async () => {
    const { mention } = await open({ hears: false });
    await mention();
    const warm = await mention();
    expect(warm.filter((request) => request === 'GET projects/:id/pipelines/:id')).toHaveLength(1);
    expect(warm).toHaveLength(13);
  });

  it('that changes nothing has its branch removed instead', async () => {
    const { mention } = await open({ commits: false });
    await mention();
    expect(await mention()).toEqual([
      'POST projects/:id/issues/:id/discussions/:id/notes',
      ...BRANCH,
      ...LAST_LOOK,
      ...STARTED,
      'GET projects/:id/repository/compare',
      'GET projects/:id/repository/branches/:id',
      'DELETE projects/:id/repository/branches/:id',
      ...SAID,
    ]);
  });

  it('of an issue that is assigned begins a thread of its own', async () => {
    const { world, issue, requestsOf } = await open();
    const assigned = () =>
      requestsOf(() => world.assign({ issue: issue(), by: 'alice', users: ['claude-bot'] }));
    await assigned();
    expect(await assigned()).toEqual([
      'POST projects/:id/issues/:id/discussions',
      ...BRANCH,
      ...LAST_LOOK,
      ...STARTED,
      ...OFFERED,
      ...SAID,
    ]);
  });

  it('of a mention on a merge request reads the flow, and the diff', async () => {
    const { world, project, requestsOf } = await open();
    const actions = [{ action: 'create' as const, path: 'b.txt', content: 'b\n' }];
    const commit = { project, by: 'alice', branch: 'work', startBranch: 'main', message: 'Work', actions };
    await world.commit(commit);
    const mergeRequest = await world.openMergeRequest({
      project,
      author: 'alice',
      sourceBranch: 'work',
      title: 'Work',
    });
    const mention = () =>
      requestsOf(() => world.comment({ mergeRequest, author: 'alice', body: '@claude-bot please' }));
    await mention();
    expect(await mention()).toEqual([
      'POST projects/:id/merge_requests/:id/discussions/:id/notes',
      ...BRANCH,
      'GET projects/:id/repository/files/:id/raw',
      'GET projects/:id/merge_requests/:id',
      'GET projects/:id/merge_requests/:id/discussions',
      'GET projects/:id/merge_requests/:id/diffs',
      'GET projects/:id/members/all/:id',
      'POST projects/:id/pipeline',
      'PUT projects/:id/merge_requests/:id/notes/:id',
      'GET projects/:id/repository/compare',
      'POST projects/:id/merge_requests',
      'GET projects/:id/merge_requests/:id/discussions/:id',
      'PUT projects/:id/merge_requests/:id/notes/:id',
    ]);
  });
});
