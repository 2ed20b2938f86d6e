import type { Flow } from '../config/flow.ts';
import { cutBytes } from '../lib/text.ts';
import { base64Lines, maxValueBytes } from './environment.ts';
import { compileScript } from './script.ts';

/** A variable of a pipeline as GitLab's API takes it. */
export interface PipelineVariable {
  readonly key: string;
  readonly value: string;
  readonly type: 'env_var' | 'file';
}

/** Of these, each value is made of letters, digits and `._/:@-` only: GitLab expands nothing in them. */
const METADATA = ['AI_FLOW_EVENT', 'AI_FLOW_ID', 'AI_FLOW_AGENT', 'CI_WORKLOAD_REF'];

/**
 * The variables of a pipeline that runs a flow: metadata as it is, everything that a person wrote inside the
 * script, and the script as Base64 in a variable of type file. So no text passes through the expansions of
 * GitLab or the Runner, nor through the length limit of an environment.
 */
export function variablesWithFlow(
  values: ReadonlyMap<string, string>,
  flow: Flow,
): readonly PipelineVariable[] {
  return [
    ...METADATA.map((key) => ({ key, value: values.get(key) ?? '', type: 'env_var' as const })),
    { key: 'AI_FLOW_IMAGE', value: flow.image, type: 'env_var' },
    { key: 'AI_FLOW_SCRIPT', value: base64Lines(compileScript(flow, values)), type: 'file' },
  ];
}

/** The variables for a job that the project wrote itself: all of them plain. */
export function variablesWithoutFlow(values: ReadonlyMap<string, string>): readonly PipelineVariable[] {
  return [...values].map(([key, value]) => ({ key, value: plainValue(key, value), type: 'env_var' }));
}

/**
 * Makes a value survive the two expansions that a plain pipeline variable goes through: `$` is doubled, which the
 * Runner turns back, and `%NAME%`, which nothing escapes, is broken by a zero-width space. The value the job sees
 * stays under the limit of an environment variable; a cut says so.
 */
function plainValue(name: string, value: string): string {
  const mark = '\n[cut here by Beckon: the value was too long for a variable]';
  return cutBytes(value, maxValueBytes(name), mark)
    .replaceAll('$', '$$$$')
    .replace(/%(?=[A-Za-z_][A-Za-z0-9_]*%)/g, '%\u200B');
}
