import type { Event } from '../events/event.ts';
import type { Place } from './ports.ts';

/** Where the note of a run goes; `undefined` for what happened outside of any issue or merge request. */
export function placeOf({ project, resource }: Event): Place | undefined {
  return resource === undefined ? undefined : { project, resource };
}
