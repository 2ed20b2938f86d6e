import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Failure } from '../src/runs/failures.ts';
import { planRun } from '../src/runs/plan.ts';
import type { Run } from '../src/runs/run.ts';
import { agent, trigger } from './builders/config.ts';
import { mention } from './builders/events.ts';
import { gitlabDouble } from './doubles/gitlab.ts';
import { performer } from './doubles/performer.ts';

const THREAD = 'd1';

/** One thread in which somebody mentions the agent again and again. */
function openThread() {
  const double = gitlabDouble();
  const rule = trigger({ agent: agent() });
  const { takeUp, toTheEnd } = performer(double.gitlab, rule);

  /** A run for a new comment in the thread. */
  function ask(body: string): Run {
    const event = mention(body);
    const note = { ...event.note, id: double.say(THREAD, body), discussionId: THREAD };
    return planRun(
      { event: { ...event, note }, trigger: rule },
      { gitlabUrl: 'https://gitlab.test', now: 0 },
    );
  }
  const input = () => double.handed.at(-1)?.variables.find(({ key }) => key === 'AI_FLOW_INPUT')?.value ?? '';
  return { ...double, ask, takeUp, toTheEnd, input };
}

describe('a mention in the thread of a finished run', () => {
  it('goes on with the same branch and merge request, and with the thread as its input', async () => {
    const { ask, toTheEnd, input, notes, branches, mergeRequests, pipelines } = openThread();
    const first = await toTheEnd(ask('@claude-bot fix'));
    expect(input()).toBe('@claude-bot fix');
    const second = await toTheEnd(ask('@claude-bot and the test'));
    const third = await toTheEnd(ask('@claude-bot and the docs'));
    const branch = `workloads/${first.id}`;
    expect([...branches.keys()]).toEqual(['main', branch]);
    expect(pipelines.map(({ ref }) => ref)).toEqual([branch, branch, branch]);
    expect(new Set([first, second, third].map(({ pipeline }) => pipeline?.id)).size).toBe(3);
    expect(mergeRequests).toHaveLength(1);
    expect(notes.map(({ body }) => body.replace(/\n\n[\s\S]*/, ''))).toEqual([
      expect.stringContaining('It opened the merge request [!1]'),
      expect.stringContaining('It updated the merge request [!1]'),
      expect.stringContaining('It updated the merge request [!1]'),
    ]);
    expect(notes.map(({ body }) => /<!--.*-->$/.exec(body)?.[0])).toEqual([
      `<!-- beckon:run=${first.id} -->`,
      `<!-- beckon:run=${second.id} branch=${branch} -->`,
      `<!-- beckon:run=${third.id} branch=${branch} -->`,
    ]);
    expect(input()).toMatch(
      /No message was left out[\s\S]*@claude-bot fix\n[\s\S]*and the test\n[\s\S]*and the docs\n<\/message>$/,
    );
    expect(input()).not.toContain('Agent has finished');
  });

  it.each([
    ['is merged', 'merged', true],
    ['is closed', 'closed', false],
  ])('begins anew when the merge request %s', async (_what, state, branchGoes) => {
    const { ask, toTheEnd, branches, mergeRequests, notes, input } = openThread();
    const first = await toTheEnd(ask('@claude-bot fix'));
    Object.assign(mergeRequests[0] ?? {}, { state });
    if (branchGoes) branches.delete(`workloads/${first.id}`);
    const second = await toTheEnd(ask('@claude-bot once more'));
    expect(second.branch?.name).toBe(`workloads/${second.id}`);
    expect(mergeRequests).toHaveLength(2);
    expect(notes[1]?.body).toContain('It opened the merge request [!2]');
    expect(input()).toContain('@claude-bot fix');
  });

  it('is not looked for where the webhook says that the comment is in no thread', async () => {
    const { ask, toTheEnd, calls } = openThread();
    const run = ask('@claude-bot fix');
    if (run.event.kind !== 'mention') throw new Error('it is a mention');
    const event = { ...run.event, note: { ...run.event.note, individual: true as const } };
    await toTheEnd({ ...run, event });
    const made = calls.indexOf('createBranch');
    expect(calls.slice(0, made)).not.toContain('thread');
  });

  it('leaves the branch where it made no commits', async () => {
    const { ask, toTheEnd, branches, failing, notes } = openThread();
    const first = await toTheEnd(ask('@claude-bot fix'));
    const head = branches.get(`workloads/${first.id}`) ?? '';
    failing((operation) => {
      if (operation === 'changes') branches.set(`workloads/${first.id}`, head);
      return undefined;
    });
    await toTheEnd(ask('@claude-bot what do you think?'));
    expect(branches.get(`workloads/${first.id}`)).toBe(head);
    expect(notes[1]?.body).toContain('It made no changes');
  });

  it('opens a new merge request when somebody merged the earlier one meanwhile', async () => {
    const { ask, toTheEnd, mergeRequests, failing, notes } = openThread();
    await toTheEnd(ask('@claude-bot fix'));
    failing((operation) => {
      if (operation === 'pipeline') Object.assign(mergeRequests[0] ?? {}, { state: 'merged' });
      return undefined;
    });
    await toTheEnd(ask('@claude-bot more'));
    expect(mergeRequests).toHaveLength(2);
    expect(notes[1]?.body).toContain('It opened the merge request [!2]');
  });

  it('does not go on where the earlier run is still at work', async () => {
    const { ask, toTheEnd, pipelines, failing } = openThread();
    const first = ask('@claude-bot fix');
    await toTheEnd(first);
    failing(() => {
      Object.assign(pipelines[0] ?? {}, { status: 'running' });
      return undefined;
    });
    const second = await toTheEnd(ask('@claude-bot and this'));
    expect(second.branch?.name).toBe(`workloads/${second.id}`);
  });

  it('believes no marker that another account wrote, and none that names another kind of branch', async () => {
    const { ask, toTheEnd, branches, notes, say, pipelines } = openThread();
    const foreign = { id: 1, url: '', status: 'success', createdAt: '' };
    for (const ref of ['workloads/r0123456789abcde', 'main']) {
      branches.set(ref, 'c7');
      pipelines.push({ ...foreign, ref });
    }
    say(THREAD, 'mine\n\n<!-- beckon:run=r0123456789abcde -->');
    notes.push({
      id: say('elsewhere', ''),
      discussionId: THREAD,
      own: true,
      body: '<!-- beckon:run=r0123456789abcde branch=main -->',
    });
    const run = await toTheEnd(ask('@claude-bot fix'));
    expect(run.branch?.name).toBe(`workloads/${run.id}`);
  });
});

describe('whatever fails, and whenever the process dies', () => {
  it('a follow-up has one note and one pipeline of its own, and adds to the one merge request', async () => {
    // Which calls of the run come to what.
    const how = fc.constantFrom('fails before', 'fails after', 'dies before', 'dies after');
    const moments = fc.array(fc.tuple(fc.nat(40), how), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(moments, async (plan) => {
        const { ask, takeUp, toTheEnd, failing, notes, pipelines, mergeRequests, branches } = openThread();
        const first = await toTheEnd(ask('@claude-bot fix'));
        const coming = new Map(plan);
        let calls = 0;
        let die = () => {};
        failing(() => {
          const next = coming.get(calls);
          calls += 1;
          if (next === undefined) return undefined;
          const when = next.endsWith('before') ? 'before' : 'after';
          const error = new Failure('asking', { kind: 'transient', detail: 'no answer in time' });
          return next.startsWith('dies') ? { when, death: die } : { when, error };
        });
        let run = ask('@claude-bot more');
        for (let times = 0; times < 100 && run.finishedAt === undefined; times += 1) {
          const death = new Promise<void>((resolve) => {
            die = resolve;
          });
          const work = takeUp(run, (step) => {
            run = step;
          });
          await Promise.race([work, death]);
        }
        expect(notes).toHaveLength(2);
        expect(pipelines).toHaveLength(2);
        expect(run.pipeline?.id).toBe(pipelines[1]?.id);
        expect(mergeRequests).toHaveLength(1);
        expect([...branches.keys()]).toEqual(['main', `workloads/${first.id}`]);
        expect(notes[1]?.body).toMatch(/It updated the merge request/);
      }),
      { numRuns: 200 },
    );
  });
});
