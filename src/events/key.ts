import type { Event, Project } from './event.ts';

/**
 * Names what happened, not how it became known: the same event gives the same key through a project hook, a
 * group hook, a repeated delivery, or when it is found later. A second assignment after a removal gives another.
 * Times count by the second, since GitLab's webhooks before 19.0 have no smaller part of it, and its API has.
 */
export function eventKey(event: Event): string {
  const time = timeInKey(event);
  return time === undefined ? objectKey(event) : `${objectKey(event)}:${time.slice(0, 19)}`;
}

/** The key without the time: what it is that may happen several times. */
export function objectKey(event: Event): string {
  const { project, resource } = event;
  const object = [project.id, ...(resource === undefined ? [] : [resource.type, resource.iid])].join(':');
  switch (event.kind) {
    case 'mention':
      return `${object}:note:${event.note.id}`;
    case 'assign':
    case 'assign_reviewer':
    case 'description':
      return `${object}:${event.kind}`;
    case 'api':
      return requestKey(project, event.key);
    default:
      return `${object}:${event.kind}:${event.action}:${event.mark}`;
  }
}

/** Names what a program asked for by the key that it gave, whatever else it asked for. */
export function requestKey({ id }: Pick<Project, 'id'>, key: string): string {
  return `${id}:api:${key}`;
}

/** The time that tells an event from others of its object, ISO 8601 or empty; `undefined`: it needs none. */
export function timeInKey(event: Event): string | undefined {
  switch (event.kind) {
    case 'mention':
      return event.note.editedAt;
    case 'assign':
    case 'assign_reviewer':
    case 'description':
      return event.happenedAt ?? '';
    default:
      return undefined;
  }
}

/** The event as one that happened at another time, ISO 8601: then its key has that. */
export function atTime(event: Event, time: string): Event {
  if (event.kind !== 'mention') return { ...event, happenedAt: time };
  return { ...event, happenedAt: time, note: { ...event.note, editedAt: time } };
}
