import { ACCESS_LEVELS } from '../../config/config.ts';
import { isFromFork } from '../from-fork.ts';
import { approvalText, noteBody } from '../message.ts';
import { placeOf } from '../place.ts';
import type { GitLab, Place } from '../ports.ts';
import type { NoteRef, Run } from '../run.ts';
import { refuse } from './refuse.ts';
import { done, type Step, type StepResult, type StepTools } from './step.ts';

const LOOK = 10 * 60_000;
const PATIENCE = 24 * 60 * 60_000;
/** People whose thumbs are looked at, so that a crowd cannot make it many requests. */
const MOST_PEOPLE = 20;
/** With or without a colour of skin. */
const THUMBS_UP = /^thumbsup(_tone[1-5])?$/;

/** Decides on a merge request from a fork as the trigger says, and waits where a person has to decide. */
export const fork: Step = async (run, tools) => {
  // A run that an older program left here.
  if (!isFromFork(run.event)) return done(run);
  switch (tools.trigger.forks) {
    case 'refuse':
      return refuse(
        run,
        "The merge request comes from a fork, and code of a fork is not run with this project's rights. A member of the project can push the branch to the project itself and ask there; or whoever runs Beckon sets `forks` of the trigger to default_branch or approve.",
      );
    case 'default_branch':
      return done(run);
    case 'approve':
      return waitForApproval(run, tools);
    default:
      return tools.trigger.forks satisfies never;
  }
};

/** Asks once in the note, and looks at the thumbs under it when woken and every ten minutes, for a day. */
async function waitForApproval(run: Run, { gitlab, clock }: StepTools): Promise<StepResult> {
  const place = placeOf(run.event);
  if (place === undefined || run.note === undefined) return refuse(run, 'There is no note to approve.');
  if (run.fork === undefined) return ask(run, place, run.note, { gitlab, clock });
  const approvedBy = await approver(place, run.note, gitlab);
  if (approvedBy !== undefined) return done({ ...run, fork: { ...run.fork, approvedBy } });
  if (clock() - Date.parse(run.fork.askedAt) < PATIENCE) return { kind: 'wait', run, after: LOOK };
  return refuse(run, 'No Maintainer of the project agreed within 24 hours. Ask again to try once more.');
}

/** The commit is kept: what is pushed to the fork afterwards has nobody's approval. */
async function ask(
  run: Run,
  place: Place,
  note: NoteRef,
  { gitlab, clock }: Pick<StepTools, 'gitlab' | 'clock'>,
): Promise<StepResult> {
  const { sha } = await gitlab.resource(place);
  if (typeof sha !== 'string') return refuse(run, 'GitLab does not say at which commit the fork is.');
  await gitlab.editNote(place, note.id, noteBody(run, approvalText(sha)));
  const asked = { commitId: sha, askedAt: new Date(clock()).toISOString() };
  return { kind: 'wait', run: { ...run, fork: asked }, after: LOOK };
}

/** The username of a Maintainer who agrees. */
async function approver(place: Place, note: NoteRef, gitlab: GitLab): Promise<string | undefined> {
  const reactions = await gitlab.reactions(place, note.id);
  const people = new Set(reactions.filter(({ name }) => THUMBS_UP.test(name)).map(({ userId }) => userId));
  for (const id of [...people].slice(0, MOST_PEOPLE)) {
    const level = await gitlab.accessLevel(place.project.id, id);
    if (level === undefined || level < ACCESS_LEVELS.maintainer) continue;
    const user = await gitlab.user(id);
    if (user?.active && !user.bot) return user.username;
  }
  return undefined;
}
