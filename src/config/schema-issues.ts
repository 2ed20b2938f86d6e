import { distance } from 'fastest-levenshtein';
import type { z } from 'zod';
import type { Issue } from './explain.ts';
import { mappingsAt, refusedKeys } from './known-keys.ts';

/** zod's names of types, for people. */
const TYPES: Readonly<Record<string, string>> = {
  object: 'a mapping',
  record: 'a mapping',
  array: 'a list',
  string: 'a text',
  boolean: 'true or false',
};

/**
 * Holds data to a schema and says in words what is wrong with it. Never repeats a value: it may be a secret, or
 * come from one.
 */
export function schemaIssues(schema: z.ZodType, data: unknown): readonly Issue[] {
  const { error } = schema.safeParse(data);
  return (error?.issues ?? []).flatMap((issue) => inWords(issue, issue.path));

  function inWords(issue: z.core.$ZodIssue, path: readonly PropertyKey[]): readonly Issue[] {
    const value = valueAt(data, path);
    switch (issue.code) {
      case 'unrecognized_keys':
        return issue.keys.map((key) => ({
          path: [...path, key],
          message: aboutUnknown(key, mappingsAt(schema, path)),
          atKey: true,
        }));
      case 'invalid_key':
        return [{ path, message: issue.issues[0]?.message ?? issue.message, atKey: true }];
      case 'invalid_union': {
        if (value === undefined || value === null)
          return [{ path, message: aboutType(value, issue.message) }];
        // The choice that was meant is the one of the value's type; its faults are the ones to tell.
        const meant = issue.errors.find((errors) => !errors.some(isOfOtherType));
        if (meant === undefined) return [{ path, message: issue.message }];
        return meant.flatMap((inner) => inWords(inner, [...path, ...inner.path]));
      }
      case 'invalid_type': {
        const type = TYPES[issue.expected] ?? 'of the right type';
        return [{ path, message: aboutType(value, `is not ${type}`) }];
      }
      case 'invalid_value':
        return [{ path, message: aboutType(value, `is not one of ${issue.values.join(', ')}`) }];
      default:
        return [{ path, message: issue.message }];
    }
  }
}

function isOfOtherType({ code, path }: z.core.$ZodIssue): boolean {
  return code === 'invalid_type' && path.length === 0;
}

function aboutType(value: unknown, otherwise: string): string {
  if (value === undefined) return 'is missing';
  if (value === null) return 'has no value: give it one, or take the key out';
  const isScalar = typeof value === 'number' || typeof value === 'boolean';
  return isScalar && otherwise === 'is not a text' ? 'is not a text: put it in quotes' : otherwise;
}

function aboutUnknown(key: string, mappings: readonly z.ZodObject[]): string {
  const refused = mappings.map((mapping) => refusedKeys.get(mapping) ?? {});
  const words = refused.find((about) => Object.hasOwn(about, key))?.[key];
  if (words !== undefined) return words;
  const [nearest] = mappings
    .flatMap((mapping) => Object.keys(mapping.shape))
    .map((name) => ({ name, edits: distance(key.toLowerCase(), name.toLowerCase()) }))
    .filter(({ edits, name }) => edits <= Math.max(1, Math.min(3, Math.floor(name.length / 3))))
    .sort((a, b) => a.edits - b.edits);
  return nearest === undefined ? 'unknown key' : `unknown key; did you mean ${nearest.name}?`;
}

function valueAt(data: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, key)
        ? (value as Record<PropertyKey, unknown>)[key]
        : undefined,
    data,
  );
}
