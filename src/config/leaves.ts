import { createHash } from 'node:crypto';

/** A fingerprint of the value at each path of a config file, as `agents.claude.token`; of no value more than that. */
export type Leaves = ReadonlyMap<string, string>;

/** Tells two texts apart and says nothing of either. */
export function fingerprint(text: string | Buffer): string {
  return createHash('sha256').update(text).digest('base64');
}

/** Takes the data of a config file apart. Things in a list stand under their name, where they have one. */
export function leavesOf(data: unknown): Leaves {
  return new Map(entriesOf(data, []).map(([path, value]) => [path, fingerprint(JSON.stringify(value))]));
}

/** The paths at which two configs differ, in the order of the alphabet. */
export function differences(before: Leaves, after: Leaves): readonly string[] {
  const paths = new Set([...before.keys(), ...after.keys()]);
  return [...paths].filter((path) => before.get(path) !== after.get(path)).sort();
}

function entriesOf(value: unknown, path: readonly string[]): readonly (readonly [string, unknown])[] {
  if (Array.isArray(value) && value.every(isRecord)) {
    return value.flatMap((item, index) => entriesOf(item, [...path, nameOf(item) ?? String(index)]));
  }
  if (isRecord(value)) {
    return Object.entries(value).flatMap(([key, inner]) => entriesOf(inner, [...path, key]));
  }
  return value === undefined ? [] : [[path.join('.'), value]];
}

/** A trigger without a name has that of its agent. */
function nameOf({ name, agent }: Record<string, unknown>): string | undefined {
  const found = name ?? agent;
  return typeof found === 'string' ? found : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
