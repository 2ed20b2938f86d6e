import type { Agent } from '../../config/config.ts';
import { notAllowed } from '../../triggers/checks.ts';
import { seeNote, tooDeepText } from '../message.ts';
import { noteUrl, placeOf } from '../place.ts';
import type { Run } from '../run.ts';
import { refuse } from './refuse.ts';
import type { StepResult, StepTools } from './step.ts';

/** Looks for the run behind a comment: between two states of the queue it may be in neither for a moment. */
const LOOKS = 3;
const LOOK_AGAIN_MS = 2_000;

/**
 * Finds on whose behalf an agent asks: of the person who is behind the run in which it wrote the comment. Gives the
 * run with that person as the acting one, or what becomes of it. Where no run is found nobody's wish can be shown,
 * and there is silence.
 */
export async function findAsker(run: Run, asker: Agent, tools: StepTools): Promise<Run | StepResult> {
  const { trigger, config, parentOf } = tools;
  if (run.event.kind !== 'mention' || !trigger.allowAgents.has(asker.name)) {
    return refuse(run, notAllowed(asker), { silent: true });
  }
  const parent = await parentOf(run, asker.name);
  if (parent === undefined) {
    if (run.looks + 1 < LOOKS)
      return { kind: 'wait', run: { ...run, looks: run.looks + 1 }, after: LOOK_AGAIN_MS };
    return refuse(run, `No run of the agent ${asker.name} is behind this comment of @${asker.account}.`, {
      silent: true,
    });
  }
  const depth = (parent.askedBy?.depth ?? 0) + 1;
  const asked: Run = {
    ...run,
    event: { ...run.event, actor: parent.event.actor },
    askedBy: { agent: asker.name, account: asker.account, run: parent.id, depth },
  };
  return depth > config.limits.agentDepth ? refuseTooDeep(asked, parent, tools) : asked;
}

/** Said once for the run that asks, however often it does. */
async function refuseTooDeep(
  run: Run,
  parent: Run,
  { gitlab, agent, config }: StepTools,
): Promise<StepResult> {
  const place = placeOf(run.event);
  const see = noteUrl(parent);
  const isSaid =
    place !== undefined && see !== undefined && (await gitlab.findNote(place, seeNote(see))) !== undefined;
  return refuse(run, tooDeepText(agent.account, config.limits.agentDepth), { silent: isSaid, see });
}
