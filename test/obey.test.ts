import { describe, expect, it } from 'vitest';
import type { Config, Trigger } from '../src/config/config.ts';
import type { CommandName } from '../src/events/command.ts';
import { createObey } from '../src/obey.ts';
import { planCommand, planStop } from '../src/runs/command.ts';
import { createNamedUsers } from '../src/runs/named-users.ts';
import { planRun } from '../src/runs/plan.ts';
import type { StopRequest } from '../src/runs/queue-ports.ts';
import type { Run } from '../src/runs/run.ts';
import { config, trigger } from './builders/config.ts';
import { mention } from './builders/events.ts';
import { gitlabDouble } from './doubles/gitlab.ts';
import { silentObserver } from './doubles/observer.ts';

const NOW = Date.parse('2026-03-02T10:05:00Z');
const gitlabUrl = 'https://gitlab.example.com';

function aRun(fields: Partial<Run> = {}): Run {
  const run = planRun({ event: mention(), trigger: trigger() }, { gitlabUrl, now: NOW - 180_000 });
  return { ...run, step: 'watch', note: { id: 1, discussionId: mention().note.discussionId }, ...fields };
}

function setUp(runs: readonly Run[], rule: Partial<Trigger> = {}, around: Partial<Config> = {}) {
  const double = gitlabDouble();
  const stops: (StopRequest & { id: string })[] = [];
  const added: Run[] = [];
  const resumed: string[] = [];
  const obey = createObey({
    config: config({ triggers: [trigger(rule)], ...around }),
    gitlabOf: () => double.gitlab,
    isLetIn: createNamedUsers({ clock: () => NOW, unknown: () => {} }),
    rates: { resume: async () => void resumed.push('yes') },
    queue: {
      async add(run) {
        const duplicate = added.some(({ id }) => id === run.id);
        if (!duplicate) added.push(run);
        return { duplicate };
      },
      list: async ({ where = () => true, unfinished }) =>
        runs.filter(where).filter((run) => !unfinished || run.finishedAt === undefined),
      async stop(id, request) {
        stops.push({ id, ...request });
        return 'asked';
      },
    },
    observer: silentObserver,
    clock: () => NOW,
  });
  /** Says the command as a person in a comment, in the thread of the run or another. */
  const say = (name: CommandName, { by = 5, discussionId = mention().note.discussionId } = {}) => {
    const event = mention();
    const said = {
      ...event,
      actor: { id: by, username: by === 5 ? 'alice' : `user${by}`, name: `User ${by}` },
      note: { ...event.note, id: 9100, discussionId },
    };
    return obey(planCommand({ event: said, trigger: trigger() }, name, { gitlabUrl }));
  };
  const answers = () => double.notes.map(({ body }) => body.replace(/\n\n<!--.*-->$/, ''));
  return { ...double, obey, say, stops, added, resumed, answers };
}

describe('stop', () => {
  it('by who started it stops the run, and needs no answer', async () => {
    const run = aRun();
    const { say, stops, answers } = setUp([run]);
    await say('stop');
    expect(stops).toEqual([{ id: run.id, by: 'alice', reason: '' }]);
    expect(answers()).toEqual([]);
  });

  it('by somebody else is refused in words, unless they are a Maintainer', async () => {
    const { say, stops, answers, members } = setUp([aRun()]);
    members.set(6, 30);
    await say('stop', { by: 6 });
    expect(stops).toEqual([]);
    expect(answers()).toEqual(['Only who started it (alice) or a Maintainer can stop it.']);
    members.set(6, 40);
    await say('stop', { by: 6 });
    expect(stops).toHaveLength(1);
  });

  it('by a stranger, a bot or a Reporter is silence', async () => {
    const { say, stops, answers, members, bots } = setUp([aRun()]);
    await say('stop', { by: 7 });
    members.set(8, 20);
    await say('stop', { by: 8 });
    bots.add(9);
    members.set(9, 40);
    await say('stop', { by: 9 });
    expect([stops, answers()]).toEqual([[], []]);
  });

  it('by somebody whom the trigger denies is silence, whatever they are called by now', async () => {
    const { say, stops, answers, members } = setUp([aRun()], {
      users: { allow: new Set(), deny: new Set(['mallory']) },
    });
    members.set(5, 40);
    await say('stop');
    expect([stops, answers()]).toEqual([[], []]);
  });

  it('outside of any thread of a run means those under way on the item', async () => {
    const over = aRun({ id: 'rover', finishedAt: '2026-03-02T10:00:00Z' });
    const elsewhere = aRun({
      id: 'relsewhere',
      event: { ...mention(), resource: { ...mention().resource, iid: 99 } },
    });
    const { say, stops } = setUp([over, elsewhere, aRun()]);
    await say('stop', { discussionId: 'another' });
    expect(stops.map(({ id }) => id)).toEqual([aRun().id]);
  });

  it('with nothing under way says so, once', async () => {
    const { say, answers } = setUp([]);
    await say('stop');
    await say('stop');
    expect(answers()).toEqual(['There is nothing under way here that could be stopped.']);
  });
});

describe('an act that ends what runs are for', () => {
  it('stops all of the agent on the item, and says nothing by itself', async () => {
    const { obey, stops, answers } = setUp([
      aRun({ id: 'r1' }),
      aRun({ id: 'r2' }),
      aRun({ id: 'r3', agent: 'x' }),
    ]);
    const { project, resource, actor } = mention();
    const ending = {
      project,
      resource,
      actor,
      happenedAt: undefined,
      cause: 'close',
      accounts: undefined,
    } as const;
    await obey(planStop(ending, trigger(), { gitlabUrl }));
    expect(stops).toEqual(['r1', 'r2'].map((id) => ({ id, by: 'alice', reason: 'who closed or merged it' })));
    expect(answers()).toEqual([]);
  });
});

describe('status', () => {
  it('in public tells nothing of what is asked internally', async () => {
    const { note } = mention();
    const hidden = aRun({ event: { ...mention(), confidential: true, note: { ...note, internal: true } } });
    const { say, answers } = setUp([hidden]);
    await say('status', { discussionId: 'another' });
    expect(answers()).toEqual(['There is nothing under way here.']);
  });

  it('says how the run of the thread stands', async () => {
    const pipeline = { id: 77, url: 'https://x/-/pipelines/77', createdAt: '' };
    const { say, answers } = setUp([aRun({ pipeline })]);
    await say('status');
    expect(answers()).toEqual([
      '- ✅ Running: asked for by Alice Ito, since 3 min, [pipeline](https://x/-/pipelines/77).',
    ]);
  });

  it('tells the last one that is over, and that there is nothing', async () => {
    const outcome = { kind: 'no_changes' } as const;
    const finishedAt = new Date(NOW - 120_000).toISOString();
    const over = setUp([aRun({ outcome, finishedAt })]);
    await over.say('status');
    expect(over.answers()).toEqual(['- ✅ Finished: asked for by Alice Ito, took 60 s.']);
    const nothing = setUp([]);
    await nothing.say('status');
    expect(nothing.answers()).toEqual(['There is nothing under way here.']);
  });
});

describe('retry', () => {
  it('does the last request of the thread once more, on behalf of who asks, once', async () => {
    const old = aRun({ finishedAt: '2026-03-02T10:01:00Z', outcome: { kind: 'timed_out' } });
    const { say, added, answers } = setUp([old]);
    await say('retry');
    await say('retry');
    expect(added).toHaveLength(1);
    expect(added[0]).toMatchObject({
      agent: old.agent,
      step: 'admit',
      event: { kind: 'mention', input: mention().input, actor: { username: 'alice' } },
    });
    expect(added[0]?.id).toMatch(/^r[0-9a-f]{15}$/);
    expect(added[0]?.id).not.toBe(old.id);
    expect(answers()).toEqual([]);
  });

  it('that is obeyed again, because nobody heard that it was, starts nothing more and says nothing', async () => {
    const outcome = { kind: 'timed_out' } as const;
    const runs = [aRun({ finishedAt: '2026-03-02T10:01:00Z', outcome })];
    const { say, added, answers } = setUp(runs);
    await say('retry');
    const [again] = added;
    if (again === undefined) throw new Error('there is a retry');
    for (const soFar of [again, { ...again, outcome, finishedAt: '2026-03-02T10:04:00Z' }]) {
      runs.unshift(soFar);
      await say('retry');
      runs.shift();
    }
    expect(added).toHaveLength(1);
    expect(answers()).toEqual([]);
  });

  it('of a run that is under way, and of nothing, says so', async () => {
    const running = setUp([aRun()]);
    await running.say('retry');
    expect(running.answers()).toEqual(['It is under way already.']);
    const nothing = setUp([]);
    await nothing.say('retry');
    expect(nothing.answers()).toEqual(['There is nothing here that could be done once more.']);
  });
});

it('resume ends a pause for a Maintainer, and for nobody else', async () => {
  const { say, resumed, answers, members } = setUp([]);
  await say('resume');
  expect(resumed).toEqual([]);
  members.set(6, 40);
  await say('resume', { by: 6 });
  expect(resumed).toHaveLength(1);
  // One answer for one comment: the double has the marker of the first.
  expect(answers()).toEqual(['Only a Maintainer can end a pause.']);
});

it('help says what can be asked, and mentions nobody', async () => {
  const { say, answers } = setUp([]);
  await say('help');
  const [text = ''] = answers();
  for (const name of ['stop', 'status', 'retry', 'resume', 'help'])
    expect(text).toContain(`\`@claude-bot ${name}\``);
});

describe('a project under the path of another', () => {
  const { webhook } = config();
  const projects = trigger().projects;
  const around = { webhook: { ...webhook, projectSecrets: [{ ...webhook, projects }] } };
  /** The run is of project 8; what the double has at that path is project 7. */
  const run = aRun({ event: { ...mention(), project: { ...mention().project, id: 8 } } });
  const ending = {
    project: run.event.project,
    resource: mention().resource,
    accounts: undefined,
    cause: 'close',
    actor: mention().actor,
    happenedAt: '2026-03-02T10:04:00Z',
  } as const;
  const stop = planStop(ending, trigger(), { gitlabUrl });

  it('has nothing stopped where secrets vouch for paths', async () => {
    const scene = setUp([run], {}, around);
    await scene.obey(stop);
    await scene.obey({ ...stop, note: mention().note });
    expect(scene.stops).toEqual([]);
    expect(scene.answers()).toEqual([]);
  });

  it('is not looked for where they do not', async () => {
    const scene = setUp([run]);
    await scene.obey(stop);
    expect(scene.stops).toHaveLength(1);
    expect(scene.calls.filter((call) => String(call).includes('project'))).toEqual([]);
  });
});
