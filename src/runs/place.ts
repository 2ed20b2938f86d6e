import type { Event } from '../events/event.ts';
import type { Place } from './ports.ts';
import type { Run } from './run.ts';

/** Where the note of a run goes; `undefined` for what happened outside of any issue or merge request. */
export function placeOf({ project, resource }: Event): Place | undefined {
  return resource === undefined ? undefined : { project, resource };
}

/**
 * Whether what is written about an event has to be internal, as what it answers is. Of a reaction it is only known
 * that the comment is internal or the item confidential.
 */
export function isInternal(event: Event): boolean {
  return event.kind === 'mention' ? event.note.internal : event.kind === 'emoji' && event.confidential;
}

/** Whether what happened was on this issue or merge request. */
export function isOn({ project, resource }: Event, place: Place): boolean {
  return (
    project.id === place.project.id &&
    resource?.type === place.resource.type &&
    resource.iid === place.resource.iid
  );
}

/** The address of the progress note of a run. */
export function noteUrl({ event, note }: Run): string | undefined {
  return note === undefined || event.resource === undefined
    ? undefined
    : `${event.resource.url}#note_${note.id}`;
}
