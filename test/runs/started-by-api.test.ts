import { describe, expect, it } from 'vitest';
import type { Event } from '../../src/events/event.ts';
import { createRates } from '../../src/queue/rates.ts';
import { claimOf } from '../../src/runs/claim.ts';
import { planRetry, planRun } from '../../src/runs/plan.ts';
import { runState } from '../../src/runs/state.ts';
import { trigger } from '../builders/config.ts';
import { mention } from '../builders/events.ts';
import { setUp } from './set-up.ts';

type Request = Extract<Event, { kind: 'api' }>;

function request(fields: Partial<Request> = {}): Request {
  const { project, resource } = mention();
  const actor = { id: 90, username: 'claude-bot', name: 'Claude' };
  const more = { key: 'k1', fingerprint: 'f', asked: 'operator', happenedAt: undefined } as const;
  return { kind: 'api', project, resource, actor, confidential: false, input: 'Go', ...more, ...fields };
}
const alice = { id: 5, username: 'alice', name: 'Alice Ito' };
const byAlice = request({ asked: 'on_behalf', actor: alice });
const byNobody = request({ resource: undefined });
const plan = (event: Event) => planRun({ event, trigger: trigger() }, { gitlabUrl: 'https://x', now: 0 });

describe('a run that a program started', () => {
  it('on an issue is told of in a thread of its own, with who asked', async () => {
    const { toTheEnd, notes, mergeRequests } = setUp({ notify: 'auto' }, request());
    expect(runState(await toTheEnd())).toBe('succeeded');
    expect(notes).toHaveLength(1);
    expect(notes[0]?.body).toContain("Asked by Beckon's operator.");
    expect(mergeRequests[0]?.description).toMatch(/^Beckon's operator asked for this on \[#12\]/);
  });

  it('on behalf of a person says so, and tells that person of the end', async () => {
    const { toTheEnd, notes, mergeRequests } = setUp({ notify: 'auto' }, byAlice);
    expect(runState(await toTheEnd())).toBe('succeeded');
    expect(notes[0]?.body).toContain("Asked by Beckon's operator on behalf of \\@alice.");
    expect(notes[1]?.body).toMatch(/^@alice The agent has finished/);
    expect(mergeRequests[0]?.description).toMatch(
      /^Beckon's operator on behalf of Alice Ito \(alice\) asked/,
    );
  });

  it('without an item comes to a merge request', async () => {
    const { toTheEnd, notes, mergeRequests, handed } = setUp({}, byNobody);
    expect(await toTheEnd()).toMatchObject({ outcome: { kind: 'merge_request' } });
    expect(notes).toEqual([]);
    expect(mergeRequests[0]?.description).toMatch(
      /^Beckon's operator asked for this, and the agent claude made it/,
    );
    expect(handed[0]?.variables).toEqual(
      expect.arrayContaining([
        { key: 'AI_FLOW_EVENT', value: 'api', type: 'env_var' },
        { key: 'AI_FLOW_INPUT', value: 'Go', type: 'env_var' },
      ]),
    );
  });

  it.each([
    ['is no member', (scene: ReturnType<typeof setUp>) => scene.members.clear()],
    ['has too little a role', (scene: ReturnType<typeof setUp>) => scene.members.set(5, 20)],
    ['is blocked', (scene: ReturnType<typeof setUp>) => scene.inactive.add(5)],
    ['is a bot', (scene: ReturnType<typeof setUp>) => scene.bots.add(5)],
  ])('on behalf of somebody who %s is refused', async (_what, happens) => {
    const scene = setUp({}, byAlice);
    happens(scene);
    expect(runState(await scene.toTheEnd())).toBe('refused');
    expect(scene.pipelines).toEqual([]);
  });

  it('on behalf of somebody who loses their role before the pipeline is refused then', async () => {
    const scene = setUp({}, byAlice);
    scene.double.failing((operation) => {
      if (operation === 'createBranch') scene.members.clear();
      return undefined;
    });
    expect(runState(await scene.toTheEnd())).toBe('refused');
    expect(scene.pipelines).toEqual([]);
  });

  it("on behalf of an agent's account is refused", async () => {
    const { toTheEnd, pipelines } = setUp({}, request({ asked: 'on_behalf' }));
    expect(runState(await toTheEnd())).toBe('refused');
    expect(pipelines).toEqual([]);
  });

  it('counts among the runs of the person, and of nobody where there is none', async () => {
    expect(claimOf(plan(byAlice)).user).toBe(5);
    expect(claimOf(plan(byNobody)).user).toBeUndefined();
    const counted: string[] = [];
    const rates = createRates(
      (name) => ({ consume: async (key: string) => counted.push(`${name} ${key}`) }) as never,
      {
        rates: { perUser: ONE, perProject: ONE, perAgent: ONE, perObject: ONE },
        now: () => 0,
        onRefused: () => {},
      },
    );
    await rates.count(plan(byAlice));
    expect(counted).toContain('perUser 5');
    counted.length = 0;
    await rates.count(plan(byNobody));
    expect(counted.filter((name) => name.startsWith('perUser'))).toEqual([]);
  });

  it('is the wish of whoever has it done once more in GitLab', async () => {
    const { event } = planRetry(plan(request()), { mark: 'c1', actor: alice, now: 0 });
    const scene = setUp({}, event);
    scene.members.clear();
    expect(runState(await scene.toTheEnd())).toBe('refused');
    const allowed = setUp({}, event);
    await allowed.toTheEnd();
    expect(allowed.notes[0]?.body).not.toContain('Asked by');
  });

  it('is one for a key, and another for another agent, project or key', () => {
    const id = (event: Event) => plan(event).id;
    expect(id(request({ resource: undefined, input: 'Other' }))).toBe(id(request()));
    expect(id(request({ key: 'k2' }))).not.toBe(id(request()));
    expect(id(request({ project: { ...request().project, id: 9 } }))).not.toBe(id(request()));
  });
});

const ONE = { count: 1, per: 1_000 };
