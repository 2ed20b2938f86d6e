import { describe, expect, it } from 'vitest';
import type { Trigger } from '../../src/config/config.ts';
import type { Change, Event } from '../../src/events/event.ts';
import { Failure } from '../../src/runs/failures.ts';
import { planRetry, planRun } from '../../src/runs/plan.ts';
import { runState } from '../../src/runs/state.ts';
import { agent, trigger } from '../builders/config.ts';
import { mention } from '../builders/events.ts';
import { type Fault, gitlabDouble } from '../doubles/gitlab.ts';
import { silentObserver } from '../doubles/observer.ts';
import { performer } from '../doubles/performer.ts';

const gitlabUrl = 'https://gitlab.example.com';

/** A run; `before` happens right before it calls for the first time what it names. */
function setUp(event: Event = mention(), fields: Partial<Trigger> = {}) {
  const double = gitlabDouble();
  const rule = trigger({ agent: agent(), ...fields });
  const overlooked: unknown[] = [];
  const observer = {
    ...silentObserver,
    overlooked: (_run: unknown, { error }: { error: unknown }) => void overlooked.push(error),
  };
  const { toTheEnd } = performer(double.gitlab, rule, { observer });
  const plan = (of: Event) => planRun({ event: of, trigger: rule }, { gitlabUrl, now: 0 });
  const before = (name: string, happens: () => Fault | undefined) => {
    let isDone = false;
    double.failing((operation) => {
      if (operation !== name || isDone) return undefined;
      isDone = true;
      return happens();
    });
  };
  const note = () => double.notes.map(({ body }) => body.replaceAll('\\', '')).join('\n');
  const run = () => toTheEnd(plan(event));
  return { ...double, before, note, plan, toTheEnd, run, overlooked };
}
type Scene = ReturnType<typeof setUp>;

describe('right before the pipeline', () => {
  it.each<[string, (scene: Scene) => void, RegExp]>([
    ['is no member any more', ({ members }) => members.clear(), /@alice is not a member of acme\/web\/shop/],
    ['has too little a role by now', ({ members }) => members.set(5, 20), /at least the Developer role/],
    ['was blocked', ({ inactive }) => inactive.add(5), /@alice is blocked or deactivated/],
    ['turns out to be a bot', ({ bots }) => bots.add(5), /@alice is not a person/],
  ])('whoever %s is refused, in words and with nothing left behind', async (_what, happens, words) => {
    const scene = setUp();
    scene.before('createBranch', () => void happens(scene));
    expect(runState(await scene.run())).toBe('refused');
    expect(scene.note()).toMatch(words);
    expect(scene.notes).toHaveLength(1);
    expect(scene.pipelines).toEqual([]);
    expect([...scene.branches.keys()]).toEqual(['main']);
  });

  it('a membership that cannot be read for a moment is asked for again, and for good nothing starts', async () => {
    const scene = setUp();
    const error = new Failure('asking', { kind: 'transient', detail: 'no answer in time' });
    let failures = 0;
    scene.failing((operation) => {
      if (operation !== 'membership' || failures > 2) return undefined;
      failures += 1;
      return { when: 'before', error };
    });
    expect(runState(await scene.run())).toBe('succeeded');
    expect(failures).toBe(3);

    const closed = setUp();
    closed.failing((operation) =>
      operation === 'membership'
        ? { when: 'before', error: new Failure('asking', { kind: 'permission', status: 403, detail: 'no' }) }
        : undefined,
    );
    expect(runState(await closed.run())).toBe('failed');
    expect(closed.pipelines).toEqual([]);
  });
});

describe('what is confidential', () => {
  const confidential: Event = { ...mention(), confidential: true };
  const internal: Event = {
    ...mention(),
    confidential: true,
    note: { ...mention().note, internal: true },
  };
  const rule: Partial<Trigger> = { confidential: true, minAccess: 'guest' };

  it.each<[string, Event, number, object, string]>([
    ['a confidential issue', confidential, 15, {}, 'succeeded'],
    ['a confidential issue of others', confidential, 10, {}, 'refused'],
    ['a confidential issue of their own', confidential, 10, { author: { id: 5 } }, 'succeeded'],
    ['a confidential issue assigned to them', confidential, 10, { assignees: [{ id: 5 }] }, 'succeeded'],
    ['an internal note', internal, 15, { confidential: false }, 'succeeded'],
    ['an internal note', internal, 10, { confidential: false, author: { id: 5 } }, 'refused'],
  ])('%s is handed to whoever may see it (level %#)', async (_what, event, level, item, state) => {
    const scene = setUp(event, rule);
    scene.projectState.jobsOfReporters = true;
    scene.members.set(5, level);
    Object.assign(scene.item, { confidential: true, ...item });
    expect(runState(await scene.run())).toBe(state);
    expect(scene.pipelines).toHaveLength(state === 'succeeded' ? 1 : 0);
    if (state === 'refused') expect(scene.note()).toMatch(/@alice may not see this/);
  });

  it('a Guest who asks once more for what somebody else was asking does not get it', async () => {
    const scene = setUp(confidential, rule);
    scene.projectState.jobsOfReporters = true;
    scene.item.confidential = true;
    const first = await scene.run();
    expect(runState(first)).toBe('succeeded');
    scene.members.set(6, 10);
    const actor = { id: 6, username: 'user6', name: 'Six' };
    const again = await scene.toTheEnd(planRetry(first, { mark: 'x', actor, now: 0 }));
    expect(runState(again)).toBe('refused');
    expect(scene.pipelines).toHaveLength(1);
  });

  it('is told to whoever runs Beckon where Guests could read the job', async () => {
    const scene = setUp(confidential, rule);
    scene.item.confidential = true;
    expect(runState(await scene.run())).toBe('succeeded');
    expect(scene.overlooked).toMatchObject([
      { detail: expect.stringMatching(/Project-based pipeline visibility/) },
    ]);
  });

  it('since the run was let in is refused where the trigger does not want it', async () => {
    const scene = setUp();
    scene.before('createBranch', () => void Object.assign(scene.item, { confidential: true }));
    expect(runState(await scene.run())).toBe('refused');
    expect(scene.note()).toMatch(/trigger does not say `?confidential: true/);
    expect(scene.pipelines).toEqual([]);
  });

  it.each([
    ['createBranch', true],
    ['changes', false],
  ])('since %s has no title in the merge request', async (moment, jobsOfReporters) => {
    const scene = setUp(mention(), { confidential: true });
    scene.projectState.jobsOfReporters = jobsOfReporters;
    scene.before(moment, () => void Object.assign(scene.item, { confidential: true }));
    expect(runState(await scene.run())).toBe('succeeded');
    const [{ title, description } = { title: '', description: '' }] = scene.mergeRequests;
    expect(title).toBe('Changes for #12');
    expect(description).not.toContain('asked for this');
  });

  it('is answered internally where a reaction on an internal note asked, and read by nobody else', async () => {
    const { note: _, accounts: __, ...base } = mention();
    const reaction: Change = { ...base, kind: 'emoji', action: 'robot', mark: '1', confidential: true };
    const scene = setUp(reaction, { ...rule, events: new Set(['emoji']) });
    scene.projectState.jobsOfReporters = true;
    expect(runState(await scene.run())).toBe('succeeded');
    expect(scene.notes.map(({ internal: isInternal }) => isInternal)).toEqual([true]);
    expect(scene.readInternal).toEqual([true]);
  });

  it('a public thread gets nothing of internal notes, and no internal answer', async () => {
    const scene = setUp();
    await scene.run();
    expect(scene.readInternal).toEqual([false]);
    expect(scene.notes.map(({ internal: isInternal }) => isInternal)).toEqual([false]);
  });
});

describe('what people below Developer bring about', () => {
  const rule: Partial<Trigger> = { minAccess: 'reporter' };

  it.each([
    [20, 'Draft: Resolve'],
    [30, 'Resolve'],
  ])('at level %i is a merge request that begins with %j', async (level, beginning) => {
    const scene = setUp(mention(), rule);
    scene.members.set(5, level);
    await scene.run();
    expect(scene.mergeRequests[0]?.title.startsWith(`${beginning} "`)).toBe(true);
  });

  it('does not go on with the branch of an earlier run', async () => {
    const scene = setUp(mention(), rule);
    const ask = (body: string) => {
      const note = { ...mention().note, id: scene.say('d1', body), discussionId: 'd1' };
      return scene.toTheEnd(scene.plan({ ...mention(body), note }));
    };
    const first = await ask('@claude-bot fix');
    scene.members.set(5, 20);
    const second = await ask('@claude-bot and more');
    expect(second.branch?.name).not.toBe(first.branch?.name);
    expect(scene.mergeRequests.map(({ title }) => title.slice(0, 6))).toEqual(['Resolv', 'Draft:']);
    scene.members.set(5, 30);
    expect((await ask('@claude-bot go on')).branch?.name).toBe(second.branch?.name);
  });
});
