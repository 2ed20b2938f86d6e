import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { parse, stringify } from 'yaml';
import { configJsonSchema } from '../../src/config/json-schema.ts';

/** Whether a config has the form that editors check by. */
export const isValid = new Ajv({ strict: false }).compile(configJsonSchema());

/** For keys that `config/example.yaml` shows empty. */
export const MORE: Readonly<Record<string, string>> = {
  'server.trustProxy': '[10.0.0.5, 10.1.0.0/16]',
  'webhook.signingTokens': '["${BECKON_SIGNING_TOKEN}"]',
  'webhook.projectSecrets[].signingTokens': '["${BECKON_SIGNING_TOKEN_PAY}"]',
  'agents.<name>.flow.setup_script': '[npm ci]',
  'agents.<name>.flow.variables': '[ANTHROPIC_API_KEY]',
  'triggers[].users': '{ deny: [mallory] }',
  'triggers[].users.allow': '[alice, bob]',
  'triggers[].users.deny': '[mallory]',
  'triggers[].allowAgents': '[claude]',
};

const CHOSEN: Readonly<Record<string, string>> = {
  agents: '<name>',
  id_tokens: '<variable>',
  report_artifacts: '<type>',
  filter: '<event>',
};

let known: ReadonlyMap<string, string> | undefined;

/** An example of each key by its path as on the page, from `config/example.yaml` with what its comments show put in. */
export function examplesOf(): ReadonlyMap<string, string> {
  known ??= new Map([...examplesIn(parse(withComments()), ''), ...Object.entries(MORE)]);
  return known;
}

/** The file with each comment taken out of its mark that makes a valid config so. */
export function withComments(): string {
  let text = readFileSync(new URL('../../config/example.yaml', import.meta.url), 'utf8');
  for (const [block] of text.matchAll(/^ *# [a-zA-Z_]+:.*\n(?: *# {3,}.*\n)*/gm)) {
    const shown = text.replace(block, block.replaceAll(/^( *)# /gm, '$1'));
    if (isConfig(shown)) text = shown;
  }
  return text;
}

function isConfig(text: string): boolean {
  try {
    return isValid(parse(text));
  } catch {
    return false;
  }
}

/** Of several entries of a list or a mapping with names of one's own, the first that has a key counts. */
function examplesIn(value: unknown, path: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const add = (inner: unknown, at: string) => {
    for (const [key, example] of examplesIn(inner, at)) if (!found.has(key)) found.set(key, example);
  };
  if (Array.isArray(value)) for (const entry of value) add(entry, `${path}[]`);
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    for (const [name, inner] of Object.entries(value)) {
      const key = path === '' ? name : `${path}.${chosenName(path) ?? name}`;
      if (chosenName(path) === undefined) found.set(key, inFlow(inner));
      add(inner, key);
    }
  return found;
}

/** What stands for the names in a mapping, where whoever writes the config chooses them. */
export function chosenName(path: string): string | undefined {
  return CHOSEN[path.split('.').at(-1) ?? ''];
}

/** A value as YAML on one line. */
export function inFlow(value: unknown): string {
  return stringify(value, { collectionStyle: 'flow', lineWidth: 0 }).trim().replaceAll(/\s+/g, ' ');
}
