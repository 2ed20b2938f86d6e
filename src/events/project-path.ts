/**
 * The full path of the project that a payload names, as every event is read: `project.path_with_namespace`. Nothing
 * where it names none, as deliveries about groups do.
 */
export function projectPathIn(payload: unknown): string | undefined {
  const project = fieldOf(payload, 'project');
  const path = fieldOf(project, 'path_with_namespace');
  return typeof path === 'string' && path !== '' ? path : undefined;
}

function fieldOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return (value as Readonly<Record<string, unknown>>)[name];
}
