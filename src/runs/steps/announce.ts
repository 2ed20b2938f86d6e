import { Failure } from '../failures.ts';
import { forkRemark } from '../from-fork.ts';
import { noteBody, startedText } from '../message.ts';
import { placeOf } from '../place.ts';
import { done, type Step } from './step.ts';

/** Says in the note that the agent has started, with a link to its pipeline. */
export const announce: Step = async (run, { gitlab }) => {
  const place = placeOf(run.event);
  if (place === undefined || run.note === undefined || run.pipeline === undefined) return done(run);
  const text = `${startedText(run.pipeline.url)} ${forkRemark(run)}`.trimEnd();
  try {
    await gitlab.editNote(place, run.note.id, noteBody(run, text));
  } catch (error) {
    // Somebody deleted the note. The agent goes on all the same.
    if (!(error instanceof Failure && error.kind === 'gone')) throw error;
  }
  return done(run);
};
