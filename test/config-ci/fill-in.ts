import { parseAllDocuments } from 'yaml';

interface Input {
  readonly default?: string;
  readonly regex?: string;
}

/**
 * A configuration with its inputs filled in, in the manner of GitLab: into the strings of the parsed YAML, each
 * place once, so that what stands in a value is neither YAML nor a place for another input.
 * @throws Error for an input that is not declared, has no value, or does not match its pattern
 */
export function fillIn(text: string, given: Readonly<Record<string, string>>): unknown {
  const [header, body] = parseAllDocuments(text);
  const { spec } = (header?.toJS() ?? {}) as { spec?: { inputs?: Readonly<Record<string, Input>> } };
  const inputs = spec?.inputs ?? {};
  for (const name of Object.keys(given))
    if (!(name in inputs)) throw new Error(`unknown input arguments: ${name}`);
  const value = (name: string): string => {
    const found = given[name] ?? inputs[name]?.default;
    if (found === undefined) throw new Error(`${name} input: required value has not been provided`);
    const regex = inputs[name]?.regex;
    if (regex !== undefined && !new RegExp(regex).test(found))
      throw new Error(`${name} input: provided value does not match required RegEx pattern`);
    return found;
  };
  const fill = (content: string): string =>
    content.replace(/\$\[\[\s*inputs\.(\w+)\s*\]\]/g, (_whole, name: string) => value(name));
  const walk = (node: unknown): unknown => {
    if (typeof node === 'string') return fill(node);
    if (Array.isArray(node)) return node.map(walk);
    if (node === null || typeof node !== 'object') return node;
    return Object.fromEntries(Object.entries(node).map(([key, child]) => [fill(key), walk(child)]));
  };
  return walk(body?.toJS());
}
