import { parseAllDocuments } from 'yaml';
import type { JobPlan } from '../ports.ts';

const keywords = new Set([
  'default',
  'include',
  'stages',
  'variables',
  'workflow',
  'image',
  'services',
  'before_script',
  'after_script',
  'cache',
  'pages',
  'spec',
]);

/** The jobs of a CI file by name and stage; rules and includes are not looked at, a real runner does that. */
export function jobsInConfig(
  text: string,
): { readonly jobs: readonly JobPlan[]; readonly inputs: readonly string[] } | { readonly error: string } {
  const documents = parseAllDocuments(text, { logLevel: 'silent' });
  const list = Array.isArray(documents) ? documents : [];
  for (const document of list) {
    const [fault] = document.errors;
    if (fault !== undefined)
      return { error: `Invalid configuration format: ${fault.message.split('\n')[0] ?? ''}` };
  }
  const header = asMap(list.length > 1 ? list[0]?.toJS() : undefined);
  const body = list.at(-1)?.toJS() as unknown;
  if (body !== null && body !== undefined && asMap(body) === undefined)
    return { error: 'Invalid configuration format' };
  const jobs: JobPlan[] = [];
  for (const [name, job] of Object.entries(asMap(body) ?? {})) {
    if (name.startsWith('.') || keywords.has(name)) continue;
    const definition = asMap(job);
    if (definition === undefined) return { error: `jobs:${name} config should be a hash` };
    if (!['script', 'trigger', 'extends', 'run'].some((key) => key in definition))
      return { error: `jobs:${name} config should implement the script:, run:, or trigger: keyword` };
    jobs.push({ name, stage: typeof definition.stage === 'string' ? definition.stage : 'test' });
  }
  return { jobs, inputs: Object.keys(asMap(asMap(header?.spec)?.inputs) ?? {}) };
}

function asMap(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}
