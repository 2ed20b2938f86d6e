import { describe, expect, it } from 'vitest';
import type { Run } from '../src/runs/run.ts';
import { createTick, scheduledTriggers } from '../src/tick.ts';
import { agent, config, trigger } from './builders/config.ts';
import { gitlabDouble } from './doubles/gitlab.ts';

const schedule = { cron: '0 6 * * 1-5', timezone: 'Europe/Berlin', input: 'Update the dependencies' };
const nightly = trigger({
  name: 'nightly',
  agent: agent(),
  events: new Set(['scheduled']),
  projects: { patterns: ['acme/web/shop', 'acme/tools'], match: () => true },
  schedule,
});

function setUp(triggers = [nightly]) {
  const runs = new Map<string, Run>();
  const { gitlab } = gitlabDouble();
  const onTick = createTick({
    config: config({ triggers }),
    gitlabOf: () => gitlab,
    queue: {
      async add(run) {
        const duplicate = runs.has(run.id);
        runs.set(run.id, run);
        return { duplicate };
      },
    },
    observer: { queued: () => {} },
    clock: () => 0,
  });
  return { runs, onTick };
}

describe('scheduledTriggers', () => {
  it('are those with a schedule, once for each project', () => {
    expect(scheduledTriggers(config({ triggers: [trigger(), nightly] }))).toEqual(
      ['acme/web/shop', 'acme/tools'].map((project) => ({
        trigger: 'nightly',
        project,
        cron: '0 6 * * 1-5',
        timezone: 'Europe/Berlin',
      })),
    );
  });
});

describe('a tick', () => {
  const at = Date.parse('2026-03-02T05:00:00Z');

  it('makes the run that its time asks for, with the agent as the acting person', async () => {
    const { runs, onTick } = setUp();
    await onTick({ trigger: 'nightly', project: 'acme/web/shop', at });
    expect([...runs.values()]).toMatchObject([
      {
        agent: 'claude',
        trigger: 'nightly',
        event: {
          kind: 'scheduled',
          project: { id: 7, path: 'acme/web/shop', defaultBranch: 'main' },
          resource: undefined,
          actor: { id: 90, username: 'claude-bot' },
          happenedAt: '2026-03-02T05:00:00.000Z',
          input: 'Update the dependencies',
        },
      },
    ]);
  });

  it('makes one run however often it is told, and another for the next time', async () => {
    const { runs, onTick } = setUp();
    for (const time of [at, at, at + 86_400_000])
      await onTick({ trigger: 'nightly', project: 'acme/web/shop', at: time });
    expect(runs.size).toBe(2);
  });

  it('of a trigger that was taken out makes none', async () => {
    const { runs, onTick } = setUp([trigger()]);
    await onTick({ trigger: 'nightly', project: 'acme/web/shop', at });
    expect(runs.size).toBe(0);
  });
});
