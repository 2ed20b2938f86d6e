import { Failure } from '../failures.ts';
import { outcomeText } from '../message.ts';
import type { Run } from '../run.ts';
import { findMore, readThread } from './found.ts';
import { findOrWriteNote } from './note.ts';
import { say } from './say.ts';
import { done, type Step, type StepTools } from './step.ts';

/** Says the outcome in the note, so that whoever asked has an answer. */
export const finish: Step = async (run, tools) => {
  const note = await sayOutcome(run, tools);
  return done({
    ...run,
    ...(note === undefined ? {} : { note }),
    finishedAt: new Date(tools.clock()).toISOString(),
  });
};

async function sayOutcome(run: Run, { gitlab, resumed }: StepTools): Promise<Run['note']> {
  const { outcome } = run;
  if (outcome === undefined) throw new Error('a run cannot finish without an outcome');
  if (outcome.kind === 'refused' && outcome.silent) return undefined;
  const more = await findMore(run, await readThread(run, gitlab), gitlab);
  const text = outcomeText(outcome, run.pipeline?.url, more);
  if (run.note !== undefined) {
    await say(run, text, gitlab);
    return run.note;
  }
  // A run that was refused, or whose first note failed, has none yet.
  try {
    return await findOrWriteNote(run, text, { gitlab, resumed });
  } catch (error) {
    // The item was deleted: there is nobody left to tell.
    if (!(error instanceof Failure && error.kind === 'gone')) throw error;
    return undefined;
  }
}
