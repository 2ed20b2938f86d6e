import type { Event } from './event.ts';

/**
 * Names what happened, not how it became known: the same event gives the same key through a project hook, a
 * group hook, a repeated delivery, or when it is found later. A second assignment after a removal gives another.
 */
export function eventKey(event: Event): string {
  const object = `${event.project.id}:${event.resource.type}:${event.resource.iid}`;
  switch (event.kind) {
    case 'mention':
      return `${object}:note:${event.note.id}`;
    case 'assign':
    case 'assign_reviewer':
      return `${object}:${event.kind}:${event.happenedAt ?? ''}`;
    default:
      return event satisfies never;
  }
}
