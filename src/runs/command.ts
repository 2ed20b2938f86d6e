import { createHash } from 'node:crypto';
import type { StopCause } from '../config/config.ts';
import type { CommandName } from '../events/command.ts';
import type { Ending } from '../events/ending.ts';
import type { Mention, Person, Project, Resource } from '../events/event.ts';
import type { Match } from '../triggers/match.ts';

/** What somebody asks of an agent's runs: by a comment, or by ending what they are for. Kept until it is done. */
export interface Command {
  readonly version: 1;
  /** A function of what happened in GitLab, as a run's is. */
  readonly id: string;
  readonly name: CommandName;
  readonly agent: string;
  readonly trigger: string;
  readonly project: Project;
  readonly resource: Resource;
  readonly actor: Person;
  /** The comment, and the thread for an answer; an act other than a comment is not answered. */
  readonly note: Mention['note'] | undefined;
  /** The act, where it was none by comment. */
  readonly cause: StopCause | undefined;
}

/** The command in a comment that a trigger wanted. */
export function planCommand(
  { event, trigger }: Match & { readonly event: Mention },
  name: CommandName,
  { gitlabUrl }: { gitlabUrl: string },
): Command {
  const { project, resource, actor, note } = event;
  return {
    version: 1,
    id: commandId(gitlabUrl, project.id, note.id, note.editedAt, trigger.agent.name),
    name,
    agent: trigger.agent.name,
    trigger: trigger.name,
    project,
    resource,
    actor,
    note,
    cause: undefined,
  };
}

/** The stop that an ending means for the runs of one trigger's agent. */
export function planStop(
  { project, resource, actor, happenedAt, cause }: Ending,
  trigger: Match['trigger'],
  { gitlabUrl }: { gitlabUrl: string },
): Command {
  const { type, iid } = resource;
  return {
    version: 1,
    id: commandId(gitlabUrl, project.id, type, iid, cause, happenedAt, trigger.agent.name),
    name: 'stop',
    agent: trigger.agent.name,
    trigger: trigger.name,
    project,
    resource,
    actor,
    note: undefined,
    cause,
  };
}

/** Starts with another letter than the id of a run. */
function commandId(...parts: readonly (string | number | undefined)[]): string {
  return `c${createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 15)}`;
}
