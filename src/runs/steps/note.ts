import { Failure } from '../failures.ts';
import { markerStart } from '../marker.ts';
import { noteBody, PROCESSING } from '../message.ts';
import { isInternal, placeOf } from '../place.ts';
import type { GitLab } from '../ports.ts';
import type { NoteRef, Run } from '../run.ts';
import { reactAtStart } from './react.ts';
import { say } from './say.ts';
import { done, type Step } from './step.ts';

/** Writes the progress note, or edits the one of a run that waited for its turn; shows that the comment was seen. */
export const note: Step = async (run, tools) => {
  if (run.note !== undefined) {
    await say(run, PROCESSING, tools.gitlab);
    await reactAtStart(run, tools);
    return done(run);
  }
  const written = await findOrWriteNote(run, PROCESSING, tools);
  await reactAtStart(run, tools);
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
  const found = resumed ? await findOwnNote(run, gitlab) : undefined;
  if (found !== undefined) return found;
  const body = noteBody(run, text);
  const internal = isInternal(run.event);
  if (mention?.discussionId === undefined) return gitlab.createNote(place, { body, internal });
  try {
    return await gitlab.createNote(place, { body, internal, discussionId: mention.discussionId });
  } catch (error) {
    if (!isThreadClosed(error)) throw error;
    return gitlab.createNote(place, { body, internal });
  }
}

/** The note of a run, also when no answer said that it was written. */
export async function findOwnNote({ id, event }: Run, gitlab: GitLab): Promise<NoteRef | undefined> {
  const place = placeOf(event);
  return place === undefined ? undefined : gitlab.findNote(place, markerStart(id));
}

/** The thread is gone, or of a kind that takes no replies; the item itself may well take a note. */
function isThreadClosed(error: unknown): boolean {
  return error instanceof Failure && (error.kind === 'gone' || /discussion/i.test(error.detail));
}
