import { ACCESS_LEVELS } from '../../config/config.ts';
import { agentOf } from '../../triggers/silence.ts';
import { tooOftenText } from '../message.ts';
import { hasOwnPath } from '../own-path.ts';
import type { GitLab, User } from '../ports.ts';
import type { Run } from '../run.ts';
import { findAsker } from './asker.ts';
import { refuse } from './refuse.ts';
import { done, type Step, type StepResult, type StepTools } from './step.ts';

/**
 * Lets a run in when the acting person is human and has the trigger's role in the project, through whichever
 * group. Strangers to the project get silence, so that nobody can have the agent write on command; members are
 * told what is missing. What an agent asks for is the wish of the person whom it works for.
 */
export const admit: Step = async (run, tools) => {
  // Nobody acted: whoever wrote the config decided.
  if (run.event.kind === 'scheduled') return count(run, tools);
  if (!(await hasOwnPath(run.event.project, tools))) {
    return refuse(run, 'The delivery named a project by the id of another one.', true);
  }
  const asker = agentOf(run.event.actor, tools.config);
  if (asker === undefined) return admitPerson(run, tools);
  const found = await findAsker(run, asker, tools);
  return 'kind' in found ? found : admitPerson(found, tools);
};

async function admitPerson(run: Run, tools: StepTools): Promise<StepResult> {
  const { gitlab, trigger } = tools;
  const { actor, project } = run.event;
  const user = await findActor(run, gitlab);
  if (user === undefined) return refuse(run, `@${actor.username} is not known to GitLab.`, true);
  if (user.bot)
    return refuse(run, `@${user.username} is not a person, and only people can start an agent.`, true);
  const { allow, deny } = trigger.users;
  const name = user.username.toLowerCase();
  // Asked again here: of who edited somebody's comment the webhook tells no name.
  if (deny.has(name) || (allow.size > 0 && !allow.has(name))) {
    return refuse(run, `@${user.username} is not among the users of the trigger.`, true);
  }
  if (!user.active) return refuse(run, `@${user.username} is blocked or deactivated.`, true);
  const level = await gitlab.accessLevel(project.id, user.id);
  if (level === undefined) return refuse(run, `@${user.username} is not a member of ${project.path}.`, true);
  if (level < ACCESS_LEVELS[trigger.minAccess]) {
    const error = `@${user.username} needs at least the ${roleName(trigger.minAccess)} role in this project to start this agent, and has ${heldRole(level)}. A Maintainer of the project can change that.`;
    return refuse(run, error, false);
  }
  const { id, username, name: fullName } = user;
  const known = { ...run.event, actor: { id, username, name: actor.name || fullName } };
  return count({ ...run, event: known }, tools);
}

/** Lets a run in that does not come too often. Whoever asks too often is told once, and is met with silence then. */
async function count(run: Run, { rates, agent }: StepTools): Promise<StepResult> {
  const answer = await rates.count(run);
  if (answer.kind === 'allowed') return done(run);
  return refuse(
    run,
    tooOftenText(answer, { account: agent.account, resource: run.event.resource }),
    !answer.isFirst,
  );
}

/** Webhooks of old GitLab versions name the person without an id. */
async function findActor(run: Run, gitlab: GitLab): Promise<User | undefined> {
  const { id, username } = run.event.actor;
  return id === undefined ? gitlab.userByName(username) : gitlab.user(id);
}

function heldRole(level: number): string {
  const held = Object.entries(ACCESS_LEVELS).findLast(([, value]) => value <= level);
  return held === undefined ? 'less' : roleName(held[0]);
}

function roleName(role: string): string {
  return role.charAt(0).toUpperCase() + role.slice(1);
}
