import { turnText } from '../message.ts';
import { noteUrl } from '../place.ts';
import { findOrWriteNote, findOwnNote } from './note.ts';
import { refuse } from './refuse.ts';
import { done, type Step } from './step.ts';

/** Milliseconds after which a waiting run asks again by itself, should nobody have woken it. */
const ASK_AGAIN_MS = 1_800_000;

/** Goes on when it is the run's turn; says in the note that it waits when it is not. */
export const turn: Step = async (run, { gitlab, agent, trigger, turns, resumed }) => {
  const answer = await turns.request(run, trigger.onBusy);
  if (answer.kind === 'granted') {
    // Before the turn came a note may have been written of which there was no answer, and the next step does not look.
    const note = run.note ?? (resumed ? await findOwnNote(run, gitlab) : undefined);
    return done(note === undefined ? run : { ...run, note });
  }
  if (answer.kind === 'busy') {
    const error = `@${agent.account} is at work here already, and takes one request after the other.`;
    return refuse(run, error, { see: answer.by && noteUrl(answer.by) });
  }
  const note = run.note ?? (await findOrWriteNote(run, turnText(answer.ahead), { gitlab, resumed }));
  return { kind: 'wait', run: note === undefined ? run : { ...run, note }, after: ASK_AGAIN_MS };
};
