import { describe, expect, it } from 'vitest';
import type { Mention } from '../../src/events/event.ts';
import type { SettledPipeline } from '../../src/events/reading.ts';
import { Failure } from '../../src/runs/failures.ts';
import { runState } from '../../src/runs/state.ts';
import { follow, setUp } from './set-up.ts';

describe('a pipeline', () => {
  it.each([
    ['created', /No runner has taken the job yet/],
    ['pending', /No runner has taken the job yet/],
    ['waiting_for_resource', /waits for a resource/],
    ['manual', /A job waits to be started by hand\. Start it in the \[pipeline\]\(https:/],
  ])('that stays %s says after two minutes what it waits for, and takes it back', async (status, words) => {
    const { takeUp, noteAfter, notes, jobs, calls } = follow();
    jobs.push({ id: 1, name: 'external-agent', status: 'success', url: '', failureReason: undefined });
    jobs.push({ id: 1, name: 'deploy', status: 'manual', url: '', failureReason: undefined });
    await takeUp();
    expect(await noteAfter(119_999, status)).toMatch(/Agent has started/);
    expect(await noteAfter(1, status)).toMatch(words);
    const edits = calls.filter((call) => call === 'editNote').length;
    await noteAfter(60_000, status);
    expect(calls.filter((call) => call === 'editNote')).toHaveLength(edits);
    expect(await noteAfter(60_000, 'running')).toMatch(/Agent has started/);
    expect(await noteAfter(60_000, 'success')).toMatch(/Agent has finished/);
    expect(notes).toHaveLength(1);
  });

  it.each(['preparing', 'running', 'scheduled', 'canceling', 'of_a_newer_gitlab'])(
    '%s is watched on without a word',
    async (status) => {
      const { takeUp, noteAfter, saved } = follow();
      await takeUp();
      expect(await noteAfter(600_000, status)).toMatch(/Agent has started/);
      expect(saved()).toMatchObject({ step: 'watch' });
      expect(saved().outcome).toBeUndefined();
    },
  );

  it.each([
    [
      'external-agent',
      [
        { name: 'build', status: 'success' },
        { name: 'external-agent', status: 'manual' },
      ],
    ],
    ['a job of the project', [{ name: 'agent', status: 'manual' }]],
  ])('in which %s would have to be started by hand has failed', async (_what, jobs) => {
    const { takeUp, noteAfter, double } = follow();
    double.jobs.push(...jobs.map((job) => ({ id: 1, ...job, url: '', failureReason: undefined })));
    await takeUp();
    expect(await noteAfter(3_000, 'manual')).toMatch(/start a job by hand, so no agent ran.*when: manual/);
  });
});

describe('the success of a pipeline that a webhook tells of', () => {
  async function toldOf(change: Partial<SettledPipeline> = {}) {
    const scene = follow();
    await scene.takeUp();
    const { pipeline, event } = scene.saved();
    const { id, path } = event.project;
    const own = { id: pipeline?.id ?? 0, project: { id, path }, status: 'success' };
    await scene.takeUp(scene.saved(), { settled: { ...own, ...change } });
    return { ...scene, looks: scene.calls.filter((call) => call === 'pipeline').length };
  }

  it('is not asked for again', async () => {
    const { looks, saved } = await toldOf();
    expect(saved()).toMatchObject({ outcome: { kind: 'no_changes' } });
    expect(looks).toBe(0);
  });

  it.each([
    ['another pipeline', { id: 1 }],
    ['a pipeline of another project', { project: { id: 99, path: 'acme/web/shop' } }],
    ['a project whose secret vouches for no other', { project: { id: 7, path: 'acme/other' } }],
    ['a pipeline that failed, which a person may have started again', { status: 'failed' }],
    ['a pipeline that was cancelled', { status: 'canceled' }],
    ['a pipeline that a person may go on with', { status: 'manual' }],
    ['what a newer GitLab may add', { status: 'of_a_newer_gitlab' }],
  ])('counts for nothing of %s: GitLab is asked', async (_what, change) => {
    const { looks, note } = await toldOf(change);
    expect(note()).toMatch(/Agent has started/);
    expect(looks).toBe(1);
  });
});

describe('what people delete while the agent works', () => {
  it('the issue: the pipeline is cancelled, and nobody is told', async () => {
    const { takeUp, toTheEnd, noteAfter, items, calls, saved } = follow();
    await takeUp();
    items.clear();
    for (let looks = 0; looks < 4; looks += 1) await noteAfter(60_000, 'running');
    expect(calls).toContain('cancelPipeline');
    await toTheEnd();
    expect(saved().outcome).toMatchObject({
      kind: 'failed',
      reason: expect.stringMatching(/deleted what it was about/),
    });
  });

  it('the issue, of which is asked at some looks only', async () => {
    const { takeUp, noteAfter, calls } = follow();
    await takeUp();
    for (let looks = 0; looks < 9; looks += 1) await noteAfter(60_000, 'running');
    expect(calls.filter((call) => call === 'resource')).toHaveLength(1 + 2);
  });

  it('the branch: is said in place of no changes', async () => {
    const { takeUp, noteAfter, branches, saved, mergeRequests } = follow();
    await takeUp();
    branches.delete(`workloads/${saved().id}`);
    const note = await noteAfter(3_000, 'success');
    expect(note.replaceAll('\\', '')).toContain(
      `somebody deleted the branch workloads/${saved().id}, with all`,
    );
    expect(mergeRequests).toEqual([]);
  });

  it('the branch, because its merge request was merged: is no failure', async () => {
    const { takeUp, noteAfter, branches, saved, mergeRequests } = follow();
    await takeUp();
    const sourceBranch = `workloads/${saved().id}`;
    branches.delete(sourceBranch);
    const state = 'merged';
    mergeRequests.push({ iid: 31, url: 'https://x/31', state, sourceBranch, title: 'Mine', description: '' });
    expect(await noteAfter(3_000, 'success')).toContain('[!31](https://x/31)');
  });

  it('nothing, but the agent made no changes and the process died when it removed the branch', async () => {
    const { toTheEnd, double, branches, note } = setUp();
    let lost = false;
    double.failing((operation) => {
      const [, workload] = [...branches.keys()];
      if (operation === 'changes' && workload !== undefined) branches.set(workload, 'c0');
      if (operation !== 'deleteBranch' || lost) return undefined;
      lost = true;
      return { when: 'after', error: new Failure('asking', { kind: 'transient', detail: 'no answer' }) };
    });
    await toTheEnd();
    expect(lost).toBe(true);
    expect(note()).toMatch(/It made no changes/);
  });
});

describe('a run that may do nothing any more ends', () => {
  it('in an archived project, with an outcome that names it', async () => {
    const { takeUp, toTheEnd, noteAfter, projectState, note } = follow();
    await takeUp();
    projectState.archived = true;
    await noteAfter(3_000, 'success');
    const run = await toTheEnd();
    expect(run).toMatchObject({ outcome: { kind: 'failed', reason: 'somebody archived the project' } });
    expect(note()).toMatch(/Agent has started/);
  });

  it('with a token that was revoked, with an outcome that names it', async () => {
    const { takeUp, toTheEnd, double } = follow();
    await takeUp();
    const refusal = new Failure('asking', { kind: 'permission', status: 401, detail: '401 Unauthorized' });
    double.failing(() => ({ when: 'before', error: refusal }));
    const run = await toTheEnd();
    expect(runState(run)).toBe('failed');
    expect(run.outcome).toMatchObject({ reason: expect.stringMatching(/token.*expired or been revoked/) });
  });
});

describe('a job that failed', () => {
  async function failing({ publicJobs }: { publicJobs: boolean }) {
    const scene = follow();
    const url = 'https://x/-/jobs/1';
    scene.jobs.push({ id: 1, name: 'agent', status: 'failed', url, failureReason: 'script_failure' });
    scene.told.log = 'npm error\nERROR: Job failed: exit code 1\n';
    scene.projectState.publicJobs = publicJobs;
    await scene.takeUp();
    return { ...scene, note: await scene.noteAfter(3_000, 'failed') };
  }

  it('is told with its last lines', async () => {
    const { note } = await failing({ publicJobs: true });
    expect(note).toContain('```\n npm error\n ERROR: Job failed: exit code 1\n```\n\n<!-- beckon:run=');
  });

  it('is told without them where not everybody may read them', async () => {
    const { note, calls } = await failing({ publicJobs: false });
    expect(note).toMatch(/Agent has failed in the job \[agent\]/);
    expect(note).not.toContain('npm error');
    expect(calls).not.toContain('jobLog');
  });
});

describe('an answer that the agent wrote itself', () => {
  it('is linked, the last of them, and only where it is of this run', async () => {
    const { takeUp, noteAfter, notes, saved } = follow();
    const discussionId = (saved().event as Mention).note.discussionId ?? '';
    const write = (id: number, own: boolean, body = 'text') => notes.push({ id, discussionId, own, body });
    write(1, true);
    await takeUp();
    write(901, true);
    write(902, true);
    write(903, true, 'of another run <!-- beckon:run=r2 -->');
    write(904, false);
    notes.sort((a, b) => Number(b.body.includes(saved().id)) - Number(a.body.includes(saved().id)));
    expect(await noteAfter(3_000, 'success')).toMatch(
      /\. It \[answered\]\(https:\S+\/issues\/12#note_902\)\./,
    );
  });
});
