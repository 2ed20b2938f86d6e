import { parseAllDocuments } from 'yaml';

type SpecInputs = Readonly<Record<string, { readonly type?: string; readonly default?: unknown } | null>>;

function specInputs(config: string): SpecInputs | undefined {
  const [header, body] = parseAllDocuments(config);
  if (body === undefined) return undefined;
  const parsed: unknown = header?.toJS();
  const spec = parsed !== null && typeof parsed === 'object' && 'spec' in parsed ? parsed.spec : undefined;
  const inputs = spec !== null && typeof spec === 'object' && 'inputs' in spec ? spec.inputs : undefined;
  return (inputs ?? undefined) as SpecInputs | undefined;
}

/** What GitLab says about inputs that the configuration does not declare; nothing when all is well. */
export function inputsError(config: string, inputs: Readonly<Record<string, string>>): string | undefined {
  const given = Object.keys(inputs);
  if (given.length === 0) return undefined;
  const declared = specInputs(config);
  if (declared === undefined)
    return 'Given inputs not defined in the `spec` section of the included configuration file';
  const unknown = given.filter((name) => !(name in declared));
  return unknown.length === 0 ? undefined : `unknown input arguments: ${unknown.join(', ')}`;
}

/** The inputs file of gitlab-ci-local for a whole pipeline. All values are strings. */
export function inputsFile(inputs: Readonly<Record<string, string>>): string {
  return JSON.stringify({ _global: inputs });
}
