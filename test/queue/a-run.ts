import { randomUUID } from 'node:crypto';
import type { Command } from '../../src/runs/command.ts';
import type { Run } from '../../src/runs/run.ts';
import { flow } from '../builders/flow.ts';

/** A run as it comes from a mention, with an id of its own. */
export function aRun(changes: Partial<Run> = {}): Run {
  return {
    version: 1,
    id: `run-${randomUUID()}`,
    agent: 'claude',
    trigger: 'claude',
    event: {
      kind: 'mention',
      project: { id: 7, path: 'acme/shop', url: 'https://gitlab.test/acme/shop', defaultBranch: 'main' },
      resource: {
        type: 'issue',
        iid: 3,
        title: 'Basket',
        url: 'https://gitlab.test/acme/shop/-/issues/3',
      },
      actor: { id: 5, username: 'ada', name: 'Ada' },
      happenedAt: '2026-05-01T10:00:00.000Z',
      confidential: false,
      note: {
        id: 900,
        discussionId: 'd1',
        url: 'https://gitlab.test/n/900',
        internal: false,
        editedAt: undefined,
      },
      input: '@claude-bot fix it',
      accounts: ['claude-bot'],
    },
    createdAt: new Date().toISOString(),
    step: 'admit',
    failures: 0,
    looks: 0,
    ...changes,
  };
}

/** A run in which everything that can be there is there. */
export function aFullRun(): Run {
  return aRun({
    step: 'finish',
    looks: 4,
    retryOf: 'r0123456789abcde',
    askedBy: { agent: 'codex', account: 'codex-bot', run: 'r0000456789abcde', depth: 1 },
    note: { id: 901, discussionId: 'd1' },
    fork: { commitId: 'abc', askedAt: '2026-05-01T10:00:00.000Z' },
    flow: flow({ image: 'node:22', commands: ['npm ci', 'claude'], variables: ['ANTHROPIC_API_KEY'] }),
    branch: { name: 'workloads/x', commitId: 'abc', target: 'main' },
    pipeline: { id: 33, url: 'https://gitlab.test/p/33', createdAt: '2026-05-01T10:00:10Z' },
    waitingFor: 'runner',
    history: [
      { at: '2026-05-01T10:00:09.000Z', what: 'taken up', step: 'admit', times: 1 },
      { at: '2026-05-01T10:00:10.000Z', what: 'retrying', step: 'note', detail: '502', times: 3 },
    ],
    outcome: {
      kind: 'failed',
      reason: 'script failure',
      job: { name: 'agent', url: 'https://gitlab.test/j/1' },
    },
    finishedAt: '2026-05-01T10:05:00.000Z',
  });
}

/** How a run looks once it has ended. */
export function ended(run: Run): Run {
  return { ...run, outcome: { kind: 'no_changes' }, finishedAt: new Date().toISOString() };
}

/** A command as a comment gives it, with an id of its own. */
export function aCommand(): Command {
  const { event, agent, trigger } = aRun();
  if (event.kind !== 'mention') throw new Error('the run is of a mention');
  const { project, resource, actor, note } = event;
  const id = `c${randomUUID()}`;
  return { version: 1, id, name: 'stop', agent, trigger, project, resource, actor, note, cause: undefined };
}
