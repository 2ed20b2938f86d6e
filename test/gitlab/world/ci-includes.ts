import { parse, stringify } from 'yaml';

type Mapping = Readonly<Record<string, unknown>>;
/** A file of the project; `undefined` where it is not there. */
type ReadFile = (path: string) => Promise<string | undefined>;

/**
 * A CI file with its local includes, as GitLab's static check merges them: inputs have their defaults, and every
 * `if` of an include is false, as there is no pipeline whose variables it could look at. Other includes are left out.
 */
export async function mergeIncludes(
  text: string,
  read: ReadFile,
): Promise<{ readonly text: string } | { readonly error: string }> {
  try {
    return { text: stringify(await merge(text, {}, read)) };
  } catch (error) {
    return { error: error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error) };
  }
}

async function merge(text: string, given: Mapping, read: ReadFile): Promise<Mapping> {
  const parts = text.split(/^---\s*$/m);
  const spec = mapping(mapping(parts.length > 1 ? parse(parts[0] ?? '') : undefined).spec);
  const body = interpolate(parse(parts.at(-1) ?? ''), mapping(spec.inputs), given);
  let merged: Mapping = {};
  for (const entry of [body.include ?? []].flat()) {
    const include = typeof entry === 'string' ? { local: entry } : mapping(entry);
    if (include.local === undefined || !applies(include.rules)) continue;
    const path = String(include.local).replace(/^\//, '');
    const content = await read(path);
    if (content === undefined) throw new Error(`Local file \`${path}\` does not exist!`);
    merged = { ...merged, ...(await merge(content, mapping(include.inputs), read)) };
  }
  const { include: _include, ...own } = body;
  return { ...merged, ...own };
}

function interpolate(body: unknown, declared: Mapping, given: Mapping): Mapping {
  const text = JSON.stringify(body ?? {}).replace(/\$\[\[ *inputs\.(\w+) *\]\]/g, (_whole, name: string) => {
    if (!(name in declared)) throw new Error(`unknown interpolation key: \`${name}\``);
    const value = given[name] ?? mapping(declared[name]).default;
    if (value === undefined) throw new Error(`\`${name}\` input: required value has not been provided`);
    return JSON.stringify(String(value)).slice(1, -1);
  });
  return mapping(JSON.parse(text));
}

/** The first rule that holds decides; without one that does, the file is left out. */
function applies(rules: unknown): boolean {
  if (!Array.isArray(rules)) return true;
  const [first] = rules.map(mapping).filter((rule) => rule.if === undefined);
  return first !== undefined && first.when !== 'never';
}

function mapping(value: unknown): Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Mapping) : {};
}
