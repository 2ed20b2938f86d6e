import { Failure } from '../failures.ts';
import { noteBody, noteMarker, PROCESSING } from '../message.ts';
import { placeOf } from '../place.ts';
import type { GitLab } from '../ports.ts';
import type { NoteRef, Run } from '../run.ts';
import { done, type Step } from './step.ts';

/** Writes the progress note, or edits the one that a run has which waited for its turn. */
export const note: Step = async (run, { gitlab, resumed }) => {
  const place = placeOf(run.event);
  if (run.note !== undefined && place !== undefined) {
    await gitlab.editNote(place, run.note.id, noteBody(run.id, PROCESSING)).catch(unlessGone);
    return done(run);
  }
  const written = await findOrWriteNote(run, PROCESSING, { gitlab, resumed });
  return done(written === undefined ? run : { ...run, note: written });
};

/**
 * Writes the one note of a run, or finds it by its hidden marker: in the thread of the comment that mentioned
 * the account, otherwise as a new thread. What happened outside of any issue or merge request has no place for it.
 */
export async function findOrWriteNote(
  run: Run,
  text: string,
  { gitlab, resumed }: { gitlab: GitLab; resumed: boolean },
): Promise<NoteRef | undefined> {
  const place = placeOf(run.event);
  if (place === undefined) return undefined;
  const mention = run.event.kind === 'mention' ? run.event.note : undefined;
  if (resumed) {
    const found = await gitlab.findNote(place, noteMarker(run.id));
    if (found !== undefined) return found;
  }
  const body = noteBody(run.id, text);
  const internal = mention?.internal ?? false;
  if (mention?.discussionId === undefined) return gitlab.createNote(place, { body, internal });
  try {
    return await gitlab.createNote(place, { body, internal, discussionId: mention.discussionId });
  } catch (error) {
    if (!isThreadClosed(error)) throw error;
    return gitlab.createNote(place, { body, internal });
  }
}

/** Somebody deleted the note. The run goes on all the same. */
function unlessGone(error: unknown): void {
  if (!(error instanceof Failure && error.kind === 'gone')) throw error;
}

/** The thread is gone, or of a kind that takes no replies; the item itself may well take a note. */
function isThreadClosed(error: unknown): boolean {
  return error instanceof Failure && (error.kind === 'gone' || /discussion/i.test(error.detail));
}
