import { createHash } from 'node:crypto';
import type { Person } from '../events/event.ts';
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
  return {
    version: 1,
    id: runId(gitlabUrl, eventKey(event), trigger.agent.name),
    agent: trigger.agent.name,
    trigger: trigger.name,
    event,
    createdAt: new Date(now).toISOString(),
    step: 'admit',
    failures: 0,
    looks: 0,
  };
}

/** A run that is over once more, on behalf of `actor`. `mark` tells this time from others. */
export function planRetry(
  { agent, trigger, event, id }: Run,
  { mark, actor, gitlabUrl, now }: { mark: string; actor: Person; gitlabUrl: string; now: number },
): Run {
  return {
    version: 1,
    id: runId(gitlabUrl, id, mark),
    agent,
    trigger,
    event: { ...event, actor },
    createdAt: new Date(now).toISOString(),
    step: 'admit',
    failures: 0,
    looks: 0,
  };
}

/** Starts with a letter, because BullMQ refuses job ids that are whole numbers. */
function runId(...parts: readonly string[]): string {
  return `r${createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 15)}`;
}

/** The name of the branch to which the changes of a run go. */
export function workloadBranch(runId: string): string {
  return `workloads/${runId}`;
}

/** The run whose workload branch this is, or `undefined` for any other branch. */
export function runOfBranch(ref: string): string | undefined {
  return /^workloads\/(r[0-9a-f]{15})$/.exec(ref)?.[1];
}
