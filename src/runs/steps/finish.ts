import { Failure } from '../failures.ts';
import { noteBody, outcomeText } from '../message.ts';
import { placeOf } from '../place.ts';
import type { Run } from '../run.ts';
import { findOrWriteNote } from './note.ts';
import { done, type Step, type StepTools } from './step.ts';

/** Says the outcome in the note, so that whoever asked has an answer. */
export const finish: Step = async (run, tools) => {
  const note = await say(run, tools);
  return done({
    ...run,
    ...(note === undefined ? {} : { note }),
    finishedAt: new Date(tools.clock()).toISOString(),
  });
};

async function say(run: Run, { gitlab, resumed }: StepTools): Promise<Run['note']> {
  const { outcome } = run;
  if (outcome === undefined) throw new Error('a run cannot finish without an outcome');
  if (outcome.kind === 'refused' && outcome.silent) return undefined;
  const place = placeOf(run.event);
  if (place === undefined) return undefined;
  const text = outcomeText(outcome, run.pipeline?.url);
  try {
    // A run that was refused, or whose first note failed, has none yet.
    if (run.note === undefined) return await findOrWriteNote(run, text, { gitlab, resumed });
    await gitlab.editNote(place, run.note.id, noteBody(run, text));
  } catch (error) {
    // The note or the item was deleted: there is nobody left to tell.
    if (!(error instanceof Failure && error.kind === 'gone')) throw error;
  }
  return run.note;
}
