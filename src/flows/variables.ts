import type { Flow } from '../config/flow.ts';
import { cutBytes } from '../lib/text.ts';
import { audiences, needsExtendedJob } from './belongings.ts';
import { base64Lines, maxValueBytes } from './environment.ts';
import { compileScript } from './script.ts';
import { type Signing, signatureOf } from './signature.ts';

/** A variable of a pipeline as GitLab's API takes it. */
export interface PipelineVariable {
  readonly key: string;
  readonly value: string;
  readonly type: 'env_var' | 'file';
}

/** GitLab takes less than 1 MB where it fills inputs into a configuration, which holds more than the script. */
const MAX_INPUT = 900_000;

/**
 * What the job of the template is told beside the script. Each value is made of letters, digits and `._/:@-` only,
 * and the signature of Base64 and a dot: GitLab expands nothing in them.
 */
function metadata(values: ReadonlyMap<string, string>, flow: Flow): Map<string, string> {
  const told = new Map<string, string>();
  for (const key of ['AI_FLOW_EVENT', 'AI_FLOW_ID', 'AI_FLOW_AGENT']) told.set(key, values.get(key) ?? '');
  told.set('AI_FLOW_IMAGE', flow.image);
  if (!needsExtendedJob(flow)) return told;
  told.set('AI_FLOW_EXTENDED', 'true');
  for (const [index, audience] of audiences(flow).entries()) told.set(`AI_FLOW_AUD_${index + 1}`, audience);
  // The agent's name keeps what one agent's runs leave behind from the runs of the others.
  if (flow.cache !== undefined)
    told.set('AI_FLOW_CACHE_KEY', `ai-flow-${values.get('AI_FLOW_AGENT')}-${flow.cache.key}`);
  return told;
}

/**
 * The variables of a pipeline that runs a flow: metadata as it is, everything that a person wrote inside the
 * script, and the script as Base64 in a variable of type file. So no text passes through the expansions of
 * GitLab or the Runner, nor through the length limit of an environment.
 */
export function variablesWithFlow(
  values: ReadonlyMap<string, string>,
  flow: Flow,
  signing: Signing | undefined,
): readonly PipelineVariable[] {
  const { told, script } = handedOver(values, flow, signing);
  told.set('CI_WORKLOAD_REF', values.get('CI_WORKLOAD_REF') ?? '');
  return [
    ...[...told].map(([key, value]) => ({ key, value, type: 'env_var' as const })),
    { key: 'AI_FLOW_SCRIPT', value: base64Lines(script), type: 'file' },
  ];
}

function handedOver(values: ReadonlyMap<string, string>, flow: Flow, signing: Signing | undefined) {
  const told = metadata(values, flow);
  const script = compileScript(flow, values);
  if (signing !== undefined) told.set('AI_FLOW_SIGNATURE', signatureOf(told, script, signing));
  return { told, script };
}

/**
 * The same as inputs of a pipeline, for projects that let nobody set variables: the template fills them into the
 * configuration. `undefined` where the script is longer than GitLab takes in an input.
 */
export function inputsWithFlow(
  values: ReadonlyMap<string, string>,
  flow: Flow,
  signing: Signing | undefined,
): Readonly<Record<string, string>> | undefined {
  const handed = handedOver(values, flow, signing);
  const script = Buffer.from(handed.script).toString('base64');
  if (script.length > MAX_INPUT) return undefined;
  const told = [...handed.told].map(([key, value]) => [key.toLowerCase(), value]);
  return { ...Object.fromEntries(told), ai_flow_script: script };
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
