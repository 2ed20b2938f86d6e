import { describe, expect, it } from 'vitest';
import type { Trigger } from '../src/config/config.ts';
import { parseDelivery } from '../src/events/parse.ts';
import { planRun } from '../src/runs/plan.ts';
import { runState } from '../src/runs/state.ts';
import { trigger } from './builders/config.ts';
import { notePayload } from './builders/payloads.ts';
import { gitlabDouble } from './doubles/gitlab.ts';
import { performer } from './doubles/performer.ts';

const HOUR = 3_600_000;
const MAINTAINER = 41;

/** Somebody mentions the agent on a merge request from the project `source`. */
function setUp(forks: Trigger['forks'], source: number | undefined = 8) {
  const double = gitlabDouble();
  const rule = trigger({ forks });
  const mergeRequest = { source_project_id: source, target_branch: 'stable' };
  const payload = notePayload('@claude-bot look', { mergeRequest });
  const reading = parseDelivery({ event: 'Note Hook', payload });
  const [event] = reading.kind === 'events' ? reading.events : [];
  if (event === undefined) throw new Error('the payload is a mention');
  double.branches.set('guest-checkout', 'c5').set('f0rk', 'f0rk');
  double.members.set(MAINTAINER, 40);
  const run = planRun({ event, trigger: rule }, { gitlabUrl: 'https://gitlab.test', now: 0 });
  const { toTheEnd, now } = performer(double.gitlab, rule);
  return { ...double, now, toTheEnd: (between?: () => void) => toTheEnd(run, between) };
}

describe('a merge request from a fork', () => {
  it.each([8, undefined])('is refused with the reason: source project %s', async (source) => {
    const { toTheEnd, notes, pipelines, branches } = setUp('refuse', source);
    expect(runState(await toTheEnd())).toBe('refused');
    expect(notes[0]?.body).toMatch(
      /from a fork.*push the branch to the project.*default\\_branch or approve/,
    );
    expect(pipelines).toEqual([]);
    expect(branches.size).toBe(3);
  });

  it('is worked on at the default branch where the trigger says so, and people are told', async () => {
    const { toTheEnd, mergeRequests, handed } = setUp('default_branch');
    const run = await toTheEnd();
    expect(run.branch).toMatchObject({ commitId: 'c0', target: 'main' });
    expect(mergeRequests[0]?.description).toContain("works on this project's default branch");
    expect(handed).toHaveLength(1);
  });

  it('waits for a Maintainer, and then runs on the commit that was asked about', async () => {
    const { toTheEnd, reactions, notes, calls, mergeRequests, members, bots, now } = setUp('approve');
    const said: string[] = [];
    bots.add(42);
    members.set(42, 40);
    const run = await toTheEnd(() => {
      said.push(notes[0]?.body ?? '');
      // A Developer, another emoji, a bot: none of them counts.
      reactions.push({ name: 'thumbsup', userId: 5 }, { name: 'heart', userId: MAINTAINER });
      reactions.push({ name: 'thumbsup', userId: 42 });
      if (now() >= HOUR) reactions.push({ name: 'thumbsup_tone3', userId: MAINTAINER });
    });
    expect(said[0]).toMatch(/from a fork.*f0rk with a 👍 under this note/);
    // The first look at the pipeline comes three seconds after.
    expect(now()).toBe(HOUR + 3_000);
    expect(run.branch).toMatchObject({ commitId: 'f0rk', target: 'stable' });
    expect(runState(run)).toBe('succeeded');
    expect(calls.filter((call) => call === 'resource')).toHaveLength(2);
    expect(mergeRequests[0]?.description).toContain('its approved commit f0rk');
  });

  it('ends when nobody agrees within a day', async () => {
    const { toTheEnd, notes, pipelines, now } = setUp('approve');
    expect(runState(await toTheEnd())).toBe('refused');
    expect(now()).toBe(24 * HOUR);
    expect(notes[0]?.body).toContain('No Maintainer of the project agreed within 24 hours');
    expect(pipelines).toEqual([]);
  });

  it('is refused where GitLab cannot make a branch from its commit', async () => {
    const { toTheEnd, reactions, branches, notes, pipelines } = setUp('approve');
    branches.delete('f0rk');
    reactions.push({ name: 'thumbsup', userId: MAINTAINER });
    expect(runState(await toTheEnd())).toBe('failed');
    expect(notes[0]?.body).toMatch(/invalid reference name.*not in the repository of this project/);
    expect(pipelines).toEqual([]);
  });
});

it.each(['refuse', 'approve'] as const)(
  'a merge request of the project itself just runs: %s',
  async (forks) => {
    const { toTheEnd } = setUp(forks, 7);
    expect((await toTheEnd()).branch).toMatchObject({ commitId: 'c5', target: 'guest-checkout' });
  },
);
