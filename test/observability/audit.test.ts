import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { createObey } from '../../src/obey.ts';
import { auditTo } from '../../src/observability/audit.ts';
import { createMetrics } from '../../src/observability/metrics.ts';
import { createObserver } from '../../src/observability/observer.ts';
import { createReceive } from '../../src/receive.ts';
import type { Command } from '../../src/runs/command.ts';
import { createNamedUsers } from '../../src/runs/named-users.ts';
import type { Run } from '../../src/runs/run.ts';
import { config, trigger } from '../builders/config.ts';
import { NOW, notePayload } from '../builders/payloads.ts';
import { caughtUpDouble } from '../doubles/caught-up.ts';
import { gitlabDouble } from '../doubles/gitlab.ts';
import { performer } from '../doubles/performer.ts';

const TEXT = 'a secret plan';
const SECRET_TITLE = 'Buy Initech';

/** The inbound and the outbound half with everything that is written to the audit stream. */
function setUp(rule = trigger({ confidential: true })) {
  const written: string[] = [];
  const observer = createObserver({
    log: pino({ level: 'silent' }),
    metrics: createMetrics(),
    audit: auditTo({ write: (line: string) => void written.push(line) }),
  });
  const runs: Run[] = [];
  const commands: Command[] = [];
  const double = gitlabDouble();
  const settings = config({ triggers: [rule] });
  const queue = {
    async add(run: Run) {
      runs.push(run);
      return { duplicate: false };
    },
    async addCommand(command: Command) {
      commands.push(command);
    },
    wake: async () => {},
    list: async () => runs,
    stop: async () => 'asked' as const,
  };
  const receive = createReceive({
    config: settings,
    queue,
    caughtUp: caughtUpDouble(),
    observer,
    clock: () => NOW,
  });
  const obey = createObey({
    config: settings,
    gitlabOf: () => double.gitlab,
    isLetIn: createNamedUsers({ clock: () => NOW, unknown: () => {} }),
    queue,
    rates: { resume: async () => {} },
    observer,
    clock: () => NOW,
  });
  const perform = performer(double.gitlab, rule, { observer });
  return {
    ...double,
    observer,
    written,
    runs,
    lines: () => written.map((line) => JSON.parse(line)),
    async say(text: string, options: Parameters<typeof notePayload>[1] = {}) {
      await receive({ event: 'Note Hook', payload: notePayload(text, options) });
      for (const command of commands.splice(0)) await obey(command);
    },
    toTheEnd: async (between?: () => void) => perform.toTheEnd(runs[0] as Run, between),
  };
}

describe('the audit stream', () => {
  it('has a line for each decision of a run, from the delivery to its end', async () => {
    const { say, toTheEnd, lines, runs } = setUp();
    await say('@claude-bot please');
    await toTheEnd();
    const run = {
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      stream: 'audit',
      actor: 'alice',
      project: 'acme/web/shop',
      resource: 'issue/12',
      agent: 'claude',
      trigger: 'claude',
      run: runs[0]?.id,
    };
    const { agent, trigger: name, run: id, ...delivery } = run;
    expect(lines()).toEqual([
      { ...run, event: 'run.queued', decision: 'queued', gitlabEvents: ['mention'] },
      {
        ...delivery,
        event: 'delivery',
        decision: 'accepted',
        by: 'delivery',
        gitlabEvents: ['mention'],
        triggers: [name],
        runs: [id],
      },
      { ...run, event: 'run.admission', decision: 'admitted' },
      { ...run, event: 'run.ended', decision: 'succeeded', pipeline: 102, mergeRequest: 1 },
    ]);
  });

  it('says why somebody was refused', async () => {
    const { say, toTheEnd, lines, members } = setUp();
    members.set(5, 20);
    await say('@claude-bot please');
    await toTheEnd();
    expect(lines().slice(2)).toMatchObject([
      {
        run: expect.any(String),
        event: 'run.admission',
        decision: 'refused',
        actor: 'alice',
        reason: expect.stringContaining('has Reporter'),
      },
      { event: 'run.ended', decision: 'refused', reason: expect.stringContaining('has Reporter') },
    ]);
  });

  it('says once in which step a run was refused', async () => {
    const { observer, lines, say, runs } = setUp();
    await say('@claude-bot please');
    const refused = { kind: 'refused', error: 'No longer.', silent: true } as const;
    const run = { ...(runs[0] as Run), outcome: refused };
    for (const name of ['pipeline', 'turn', 'fork', 'deliver', 'finish'])
      observer.stepped(run, { name, seconds: 1, next: 'finish' });
    expect(
      lines()
        .slice(2)
        .map(({ event, decision }) => `${event} ${decision}`),
    ).toEqual(['run.admission refused', 'run.turn refused', 'fork.approval refused']);
  });

  it('has ignored deliveries with the reason, and refused ones with their origin', async () => {
    const { say, observer, lines } = setUp();
    await say('@bob please');
    observer.turnedAway({ code: 'unauthorized', from: '203.0.113.9' });
    expect(lines()).toMatchObject([
      { event: 'delivery', decision: 'ignored', reason: 'No trigger matched.', triggers: [] },
      { event: 'delivery', decision: 'refused', reason: 'unauthorized', from: '203.0.113.9' },
    ]);
  });

  it('has commands that were obeyed and that were refused', async () => {
    const { say, lines, runs, members } = setUp();
    await say('@claude-bot please');
    members.set(5, 10);
    await say('@claude-bot stop');
    members.set(5, 30);
    await say('@claude-bot resume');
    await say('@claude-bot stop');
    const said = lines().filter(({ event }) => event === 'command');
    const where = { actor: 'alice', project: 'acme/web/shop', resource: 'issue/12', agent: 'claude' };
    expect(said).toMatchObject([
      { ...where, command: 'stop', decision: 'refused', runs: [] },
      { ...where, command: 'resume', decision: 'refused', reason: 'Only a Maintainer can end a pause.' },
      { ...where, command: 'stop', decision: 'obeyed', runs: [runs[0]?.id] },
    ]);
  });

  it("has who approved a fork's commit", async () => {
    const { say, toTheEnd, lines, branches, members, reactions } = setUp(trigger({ forks: 'approve' }));
    branches.set('guest-checkout', 'c5').set('f0rk', 'f0rk');
    members.set(41, 40);
    await say('@claude-bot look', { mergeRequest: { source_project_id: 8, target_branch: 'stable' } });
    await toTheEnd(() => void reactions.push({ name: 'thumbsup', userId: 41 }));
    expect(lines().find(({ event }) => event === 'fork.approval')).toMatchObject({
      decision: 'approved',
      actor: 'user41',
      commit: 'f0rk',
    });
  });

  it('holds no title and no text, and confidential items by their number only', async () => {
    const { say, toTheEnd, written, lines, projectState } = setUp();
    projectState.jobsOfReporters = true;
    const issue = { confidential: true, title: SECRET_TITLE };
    await say(`@claude-bot ${TEXT}`, { issue, note: { internal: true } });
    await say('@claude-bot status', { issue, note: { id: 9101 } });
    await toTheEnd();
    expect(lines().map(({ resource }) => resource)).toContain('issue/12');
    expect(lines()).toHaveLength(6);
    for (const text of [TEXT, SECRET_TITLE, 'issues/12']) expect(written.join('')).not.toContain(text);
  });
});
