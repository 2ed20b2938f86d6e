import type { ScopedVariables } from './job-variables.ts';

/**
 * The variables file of gitlab-ci-local: a value for each environment scope. It would expand values a third time;
 * a doubled dollar is what it turns back into one dollar, so every value arrives as it is.
 *
 * JSON, which is YAML.
 *
 * @param value what the job shall see of a variable; for a file its path
 */
export function variablesFile(
  scopes: readonly ScopedVariables[],
  value: (scope: string, variable: ScopedVariables['variables'][number]) => string,
): string {
  const entries = new Map<string, Record<string, string>>();
  for (const { scope, variables } of scopes)
    for (const variable of variables) {
      const values = entries.get(variable.key) ?? {};
      values[scope] = value(scope, variable).replaceAll('$', '$$$$');
      entries.set(variable.key, values);
    }
  const file = Object.fromEntries(
    [...entries].map(([key, values]) => [
      key,
      { type: 'variable', values: withoutRepeats(values, scopes.length) },
    ]),
  );
  return JSON.stringify(file);
}

/** Most values are the same everywhere; the context of an event is too long to be written for every scope. */
function withoutRepeats(
  values: Readonly<Record<string, string>>,
  scopes: number,
): Readonly<Record<string, string>> {
  const all = Object.values(values);
  const everywhere = values['*'];
  return everywhere !== undefined && all.length === scopes && all.every((value) => value === everywhere)
    ? { '*': everywhere }
    : values;
}
