import { placeOf } from '../place.ts';
import type { Run } from '../run.ts';
import { runState } from '../state.ts';
import type { StepTools } from './step.ts';
import { unlessFailed } from './unless-failed.ts';

const SEEN = 'eyes';

/** Shows on the comment that asked that the agent has seen it. No run fails for an emoji. */
export async function reactAtStart(run: Run, { agent, gitlab, overlooked }: StepTools): Promise<void> {
  const subject = subjectOf(run);
  if (!agent.reactions || subject === undefined) return;
  await unlessFailed(gitlab.addReaction(subject.place, subject.noteId, SEEN), overlooked);
}

/** Shows on the comment that asked how the run ended. */
export async function reactAtEnd(run: Run, { agent, gitlab, overlooked }: StepTools): Promise<void> {
  const subject = subjectOf(run);
  const state = runState(run);
  if (!agent.reactions || subject === undefined || state === 'refused') return;
  const { place, noteId } = subject;
  const name = state === 'succeeded' ? 'white_check_mark' : 'x';
  await unlessFailed(gitlab.addReaction(place, noteId, name), overlooked);
  await unlessFailed(gitlab.removeReaction(place, noteId, SEEN), overlooked);
}

function subjectOf({ event }: Run) {
  const place = placeOf(event);
  if (event.kind !== 'mention' || place === undefined) return undefined;
  return { place, noteId: event.note.id };
}
