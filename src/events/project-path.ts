import { fieldsOf } from './fields.ts';

/**
 * The full path of the project that a payload names, as every event is read: `project.path_with_namespace`. Nothing
 * where it names none, as deliveries about groups do.
 */
export function projectPathIn(payload: unknown): string | undefined {
  const path = fieldsOf(fieldsOf(payload).project).path_with_namespace;
  return typeof path === 'string' && path !== '' ? path : undefined;
}
