import type { Event } from './event.ts';

/**
 * Names what happened, not how it became known: the same event gives the same key through a project hook, a
 * group hook, a repeated delivery, or when it is found later. A second assignment after a removal gives another.
 */
export function eventKey(event: Event): string {
  const { resource } = event;
  const object = [event.project.id, ...(resource === undefined ? [] : [resource.type, resource.iid])].join(
    ':',
  );
  switch (event.kind) {
    case 'mention': {
      const edit = event.note.editedAt === undefined ? '' : `:${event.note.editedAt}`;
      return `${object}:note:${event.note.id}${edit}`;
    }
    case 'assign':
    case 'assign_reviewer':
    case 'description':
      return `${object}:${event.kind}:${event.happenedAt ?? ''}`;
    default:
      return `${object}:${event.kind}:${event.action}:${event.mark}`;
  }
}
