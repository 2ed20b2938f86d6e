import { ACCESS_LEVELS, type Role, type Trigger } from '../config/config.ts';
import { type Event, isOperators } from '../events/event.ts';
import { plainText } from '../lib/markdown.ts';
import type { IsLetIn } from './named-users.ts';
import type { GitLab, User } from './ports.ts';
import type { Run } from './run.ts';

interface Look {
  readonly gitlab: Pick<GitLab, 'user' | 'userByName' | 'accessLevel' | 'membership'>;
  readonly trigger: Pick<Trigger, 'minAccess' | 'users'>;
  readonly isLetIn: IsLetIn;
  /** What was known within the last minute will do. */
  readonly recent: boolean;
}

/** Why somebody may not have an agent do anything. `silent`: nobody is told. */
export interface Refusal {
  readonly kind: 'refused';
  readonly error: string;
  readonly silent: boolean;
}

/** Somebody who may start the agents of a trigger in a project. */
export interface Admitted {
  readonly kind: 'admitted';
  readonly user: User;
  readonly level: number;
}

/**
 * Whether the acting person is human, active, let in by the trigger's `users`, and has its role in the project, through
 * whichever group. Strangers to the project get silence, so that nobody can have the agent write on command; members
 * are told what is missing.
 */
export async function lookAtPerson(
  { actor, project }: Pick<Event, 'actor' | 'project'>,
  { gitlab, trigger, isLetIn, recent }: Look,
): Promise<Admitted | Refusal> {
  // Webhooks of old GitLab versions name the person without an id.
  const known =
    actor.id === undefined
      ? await gitlab.userByName(actor.username)
      : await gitlab.user(actor.id, { recent: true });
  if (known === undefined) return silently(`@${actor.username} is not known to GitLab.`);
  if (known.bot) return silently(`@${known.username} is not a person, and only people can start an agent.`);
  const least = ACCESS_LEVELS[trigger.minAccess];
  const { user, level } = await standingOf(known, { project, gitlab, enough: recent ? least : undefined });
  const who = `@${user.username}`;
  // Asked again here: of who edited somebody's comment the webhook tells no name.
  if (!(await isLetIn(user, trigger.users, gitlab)))
    return silently(`${who} is not among the users of the trigger.`);
  if (!user.active) return silently(`${who} is blocked or deactivated.`);
  if (level === undefined) return silently(`${who} is not a member of ${project.path}.`);
  if (level >= least) return { kind: 'admitted', user, level };
  return told(
    `${who} needs at least the ${roleName(trigger.minAccess)} role in this project to start this agent, and has ${heldRole(level)}. A Maintainer of the project can change that.`,
  );
}

/**
 * How somebody stands in a project. With `enough` what was known within the last minute will do, where it is that level;
 * else it is as GitLab says it at this moment, name and state of the account included, which stand in the answer on the
 * membership. A person never becomes a bot, so that alone may be known from before.
 */
async function standingOf(
  known: User,
  {
    project,
    gitlab,
    enough,
  }: Pick<Look, 'gitlab'> & { project: Event['project']; enough: number | undefined },
): Promise<{ readonly user: User; readonly level: number | undefined }> {
  if (enough !== undefined) {
    // Who is blocked is refused by that, whatever the level.
    const level = known.active ? await gitlab.accessLevel(project.id, known.id, { enough }) : undefined;
    return { user: known, level };
  }
  const membership = await gitlab.membership(project.id, known.id);
  if (membership === undefined) return { user: known, level: undefined };
  const active = membership.active ?? (await gitlab.user(known.id))?.active === true;
  return { user: { ...known, username: membership.username, active }, level: membership.level };
}

/** Who reads internal notes, and confidential items of others: a Reporter before GitLab had Planners. */
const READER: Role = 'planner';

/** Whether the person may see what a run would be handed. `item`: with GitLab's own keys. */
export function maySee(
  { user, level }: Pick<Admitted, 'user' | 'level'>,
  { isInternal, item }: { isInternal: boolean; item: Readonly<Record<string, unknown>> },
): boolean {
  if (level >= ACCESS_LEVELS[READER]) return true;
  // Author and assignees of an item see it when it is confidential, but no internal notes on it.
  if (isInternal) return false;
  if (item.confidential !== true) return true;
  const { author, assignees } = item;
  return [author, ...(Array.isArray(assignees) ? assignees : [])].some((one) => one?.id === user.id);
}

/**
 * Whether a member of its project may look at a run: Reporters and above, who see the jobs of a project whatever its
 * settings and read all that is confidential there, and who asked for it.
 */
export function maySeeRun({ user, level }: Pick<Admitted, 'user' | 'level'>, { event }: Run): boolean {
  return level >= ACCESS_LEVELS.reporter || event.actor.id === user.id;
}

/** Whether somebody whom its trigger admits may stop a run: who started it, and Maintainers. */
export function mayStop({ user, level }: Pick<Admitted, 'user' | 'level'>, { event }: Run): boolean {
  return level >= ACCESS_LEVELS.maintainer || event.actor.id === user.id;
}

/** What somebody is told who may stop none of the runs. */
export function mayNotStop(runs: readonly Run[]): string {
  const starters = [...new Set(runs.map(({ event }) => plainText(event.actor.username)))].join(', ');
  return `Only who started it (${starters}) or a Maintainer can stop it.`;
}

/** What somebody is told who may not see what the run is about. */
export function mayNotSee({ username }: User): Refusal {
  return told(
    `@${username} may not see this. Internal notes are for the Planner role and above, and so are confidential issues, but for who wrote them or is assigned to them.`,
  );
}

/**
 * Whether the acting person could push what the agent pushes. GitLab's own feature lets an agent do no more than both
 * it and the person may do; here its token is its own, so what people below Developer bring about is kept apart.
 */
export async function mayPush(
  event: Event,
  { gitlab, trigger }: { gitlab: GitLab; trigger: Pick<Trigger, 'minAccess'> },
): Promise<boolean> {
  const { actor, project } = event;
  const least = ACCESS_LEVELS.developer;
  if (isOperators(event) || ACCESS_LEVELS[trigger.minAccess] >= least) return true;
  const level = actor.id === undefined ? undefined : await gitlab.accessLevel(project.id, actor.id);
  return level !== undefined && level >= least;
}

function silently(error: string): Refusal {
  return { kind: 'refused', error, silent: true };
}

function told(error: string): Refusal {
  return { kind: 'refused', error, silent: false };
}

function heldRole(level: number): string {
  const held = Object.entries(ACCESS_LEVELS).findLast(([, value]) => value <= level);
  return held === undefined ? 'less' : roleName(held[0]);
}

function roleName(role: string): string {
  return role.charAt(0).toUpperCase() + role.slice(1);
}
