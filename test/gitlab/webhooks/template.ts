/** Fills `{{path.to.field}}` of a custom webhook template from a payload; what is not there becomes empty. */
export function fillTemplate(template: string, payload: Readonly<Record<string, unknown>>): string {
  return template.replace(/\{\{\s*([\w.]+)\s*\}\}/g, (_match, path: string) => {
    let value: unknown = payload;
    for (const key of path.split('.')) value = (value as Record<string, unknown> | null | undefined)?.[key];
    if (value === undefined || value === null) return '';
    return typeof value === 'object' ? JSON.stringify(value) : JSON.stringify(String(value)).slice(1, -1);
  });
}
