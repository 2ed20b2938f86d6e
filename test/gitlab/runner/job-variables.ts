import type { PipelineRequest } from '../ports.ts';
import { type CiVariable, expandVariables } from './expand-variables.ts';

type ProjectVariable = PipelineRequest['projectVariables'][number];

/** The variables of a job whose environment is `scope`, ready for use: nothing is left to expand. */
export interface ScopedVariables {
  readonly scope: string;
  readonly variables: readonly CiVariable[];
}

/** Whether a scope of GitLab, where `*` stands for anything, covers another (or an environment's name). */
function covers(scope: string, other: string): boolean {
  const parts = scope.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(other);
}

/** The project's variables for one environment: of each name the one with the narrowest scope. */
function ofScope(variables: readonly ProjectVariable[], scope: string): readonly CiVariable[] {
  const narrowest = new Map<string, ProjectVariable>();
  for (const variable of variables) {
    if (!covers(variable.environmentScope, scope)) continue;
    const other = narrowest.get(variable.key);
    if (other === undefined || other.environmentScope.length < variable.environmentScope.length)
      narrowest.set(variable.key, variable);
  }
  return [...narrowest.values()].map(({ key, value, variableType }) => ({
    key,
    value,
    file: variableType === 'file',
  }));
}

/** The last of each name wins, as in a job's environment. */
function lastOfEach(variables: readonly CiVariable[]): readonly CiVariable[] {
  return [...new Map(variables.map((variable) => [variable.key, variable])).values()];
}

/**
 * What jobs find in their environment, once for every environment scope of the project's variables: predefined
 * variables, over them the project's, over them the pipeline's, expanded as GitLab and the Runner do it.
 */
export function jobVariables(
  request: PipelineRequest,
  {
    predefined,
    filePath,
  }: {
    readonly predefined: Readonly<Record<string, string>>;
    readonly filePath: (scope: string, key: string) => string;
  },
): { readonly scopes: readonly ScopedVariables[] } | { readonly error: string } {
  const first = Object.entries(predefined).map(([key, value]) => ({ key, value }));
  const sent = request.variables.map(({ key, value, variableType }) => ({
    key,
    value,
    file: variableType === 'file',
  }));
  const names = new Set(['*', ...request.projectVariables.map(({ environmentScope }) => environmentScope)]);
  const scopes: ScopedVariables[] = [];
  for (const scope of names) {
    const all = [...first, ...ofScope(request.projectVariables, scope), ...sent];
    const expanded = expandVariables(all, { filePath: (key) => filePath(scope, key) });
    if ('error' in expanded) return expanded;
    scopes.push({ scope, variables: lastOfEach(expanded.variables) });
  }
  return { scopes };
}
