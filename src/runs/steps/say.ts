import { Failure } from '../failures.ts';
import { noteBody } from '../message.ts';
import { placeOf } from '../place.ts';
import type { GitLab } from '../ports.ts';
import type { Run } from '../run.ts';

/**
 * Has the progress note say `text`. `false` where there is no note, or somebody deleted it, or what it stood on: the
 * agent goes on all the same, and nobody is told any more.
 */
export async function say(run: Run, text: string, gitlab: GitLab): Promise<boolean> {
  const place = placeOf(run.event);
  if (place === undefined || run.note === undefined) return false;
  try {
    await gitlab.editNote(place, run.note.id, noteBody(run, text));
    return true;
  } catch (error) {
    if (error instanceof Failure && error.kind === 'gone') return false;
    throw error;
  }
}
