import { isOperators } from '../../events/event.ts';
import { agentOf } from '../../triggers/silence.ts';
import { tooOftenText } from '../message.ts';
import { hasOwnPath } from '../own-path.ts';
import { lookAtPerson } from '../person.ts';
import type { Run } from '../run.ts';
import { findAsker } from './asker.ts';
import { refuse } from './refuse.ts';
import { done, type Step, type StepResult, type StepTools } from './step.ts';

/**
 * Lets a run in when the acting person may start the agent. What an agent asks for is the wish of the person whom it
 * works for.
 */
export const admit: Step = async (run, tools) => {
  if (isOperators(run.event)) return count(run, tools);
  if (!(await hasOwnPath(run.event.project, tools))) {
    return refuse(run, 'The delivery named a project by the id of another one.', { silent: true });
  }
  const asker = agentOf(run.event.actor, tools.config);
  if (asker === undefined) return admitPerson(run, tools);
  const found = await findAsker(run, asker, tools);
  return 'kind' in found ? found : admitPerson(found, tools);
};

async function admitPerson(run: Run, tools: StepTools): Promise<StepResult> {
  const look = await lookAtPerson(run.event, { ...tools, recent: true });
  if (look.kind === 'refused') return refuse(run, look.error, look);
  const { id, username, name: fullName } = look.user;
  const known = { ...run.event, actor: { id, username, name: run.event.actor.name || fullName } };
  return count({ ...run, event: known }, tools);
}

/** Lets a run in that does not come too often. Whoever asks too often is told once, and is met with silence then. */
async function count(run: Run, { rates, agent }: StepTools): Promise<StepResult> {
  const answer = await rates.count(run);
  if (answer.kind === 'allowed') return done(run);
  return refuse(run, tooOftenText(answer, { account: agent.account, resource: run.event.resource }), {
    silent: !answer.isFirst,
  });
}
