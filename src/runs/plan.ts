import { hash } from 'node:crypto';
import { byPerson, type Person } from '../events/event.ts';
import { eventKey } from '../events/key.ts';
import type { Match } from '../triggers/match.ts';
import type { Run } from './run.ts';

/**
 * The run that a match asks for. Its id is a function of what happened in GitLab and of the agent, so that the
 * same event is the same run however often and on whichever way it arrives.
 */
export function planRun(
  { event, trigger }: Match,
  { gitlabUrl, now }: { gitlabUrl: string; now: number },
): Run {
  const { agent, name } = trigger;
  return {
    ...NEW,
    id: idOfRun(eventKey(event), { agent: agent.name, gitlabUrl }),
    agent: agent.name,
    trigger: name,
    event,
    createdAt: new Date(now).toISOString(),
  };
}

/**
 * The run that performs the event of another once more; `mark` tells this time from others. It is the wish of `actor`
 * then, else still of whoever asked for the other.
 */
export function planRetry(
  { id, agent, trigger, event, askedBy }: Run,
  { mark, actor, now }: { mark: string; actor?: Person; now: number },
): Run {
  return {
    ...NEW,
    id: runId('retry', id, mark),
    agent,
    trigger,
    event: actor === undefined ? event : byPerson(event, actor),
    createdAt: new Date(now).toISOString(),
    retryOf: id,
    ...(actor === undefined && askedBy !== undefined ? { askedBy } : {}),
  };
}

const NEW = { version: 1, step: 'admit', failures: 0, looks: 0 } as const;

/** The id of the run of an agent for the event with this key. */
export function idOfRun(key: string, { agent, gitlabUrl }: { agent: string; gitlabUrl: string }): string {
  return runId(gitlabUrl, key, agent);
}

/** Starts with a letter, because BullMQ refuses job ids that are whole numbers. */
function runId(...parts: readonly string[]): string {
  return `r${hash('sha256', parts.join('\n'), 'hex').slice(0, 15)}`;
}

/** The name of the branch to which the changes of a run go. */
export function workloadBranch(runId: string): string {
  return `workloads/${runId}`;
}

/** The run whose workload branch this is, or `undefined` for any other branch. */
export function runOfBranch(ref: string): string | undefined {
  return /^workloads\/(r[0-9a-f]{15})$/.exec(ref)?.[1];
}
