import { isOperators } from '../../events/event.ts';
import { doneMarker, doneText } from '../message.ts';
import { isInternal, placeOf } from '../place.ts';
import type { Run } from '../run.ts';
import type { StepTools } from './step.ts';

/** GitLab's usernames, https://docs.gitlab.com/user/reserved_names/ */
const USERNAME = /^\w[\w.-]*$/;

/**
 * Tells the acting person that the run is over, in a reply that mentions nobody else: GitLab tells nobody of a note
 * that is edited. Written once, found by its hidden marker.
 */
export async function notify(run: Run, { gitlab, resumed }: StepTools): Promise<void> {
  const { event, outcome, note } = run;
  const place = placeOf(event);
  const { username } = event.actor;
  if (place === undefined || note === undefined || outcome === undefined) return;
  if (isOperators(event) || !USERNAME.test(username)) return;
  const marker = doneMarker(run.id);
  if (resumed && (await gitlab.findNote(place, marker)) !== undefined) return;
  await gitlab.createNote(place, {
    body: `@${username} ${doneText(outcome)}\n\n${marker}`,
    internal: isInternal(event),
    ...(note.discussionId === undefined ? {} : { discussionId: note.discussionId }),
  });
}
