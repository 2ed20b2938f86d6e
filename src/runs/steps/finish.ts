import { Failure } from '../failures.ts';
import { outcomeText } from '../message.ts';
import type { Outcome, Run } from '../run.ts';
import { findMore, readThread } from './found.ts';
import { findOrWriteNote, findOwnNote } from './note.ts';
import { notify } from './notify.ts';
import { reactAtEnd } from './react.ts';
import { resolveThread } from './resolve.ts';
import { say } from './say.ts';
import { done, type Step, type StepTools } from './step.ts';

/** Says the outcome in the note, so that whoever asked has an answer. */
export const finish: Step = async (run, tools) => {
  const note = await tellOutcome(run, tools);
  return done({
    ...run,
    ...(note === undefined ? {} : { note }),
    finishedAt: new Date(tools.clock()).toISOString(),
  });
};

async function tellOutcome(run: Run, tools: StepTools): Promise<Run['note']> {
  const { outcome } = run;
  if (outcome === undefined) throw new Error('a run cannot finish without an outcome');
  if (outcome.kind === 'refused' && outcome.silent) return undefined;
  // A run that was refused, or whose first note failed, has none yet: a new note tells by itself.
  if (run.note === undefined) return writeOutcome(run, outcome, tools);
  const thread = await readThread(run, tools.gitlab);
  const more = await findMore(run, thread, tools);
  const isThere = await say(run, outcomeText(outcome, run.pipeline?.url, more), tools.gitlab);
  await reactAtEnd(run, tools);
  await resolveThread(run, thread, tools);
  // An answer of the agent's own has told already.
  if (isThere && tools.agent.notify === 'auto' && more.answer === undefined) await notify(run, tools);
  return run.note;
}

async function writeOutcome(run: Run, outcome: Outcome, tools: StepTools): Promise<Run['note']> {
  try {
    // Of a note that an earlier step wrote there may have been no answer, and it says something else.
    const text = outcomeText(outcome, run.pipeline?.url);
    const found = await findOwnNote(run, tools.gitlab);
    if (found !== undefined) await say({ ...run, note: found }, text, tools.gitlab);
    const note = found ?? (await findOrWriteNote(run, text, { ...tools, resumed: false }));
    await reactAtEnd(run, tools);
    return note;
  } catch (error) {
    // The item was deleted: there is nobody left to tell.
    if (!(error instanceof Failure && error.kind === 'gone')) throw error;
    return undefined;
  }
}
