import { z } from 'zod';

/** Keys that mean something elsewhere and that a mapping of ours refuses, each with what to say about it. */
export const refusedKeys = z.registry<Readonly<Record<string, string>>>();

/** The mappings of fixed keys that a schema has at a place in the data: none, one, or one for each choice. */
export function mappingsAt(schema: unknown, path: readonly PropertyKey[]): readonly z.ZodObject[] {
  const bare = unwrap(schema);
  if (bare instanceof z.ZodUnion) return bare.options.flatMap((option) => mappingsAt(option, path));
  const [key, ...rest] = path;
  if (key === undefined) return bare instanceof z.ZodObject ? [bare] : [];
  if (bare instanceof z.ZodObject) return mappingsAt(bare.shape[String(key)], rest);
  if (bare instanceof z.ZodRecord) return mappingsAt(bare.valueType, rest);
  if (bare instanceof z.ZodArray) return mappingsAt(bare.element, rest);
  return [];
}

function unwrap(schema: unknown): unknown {
  const isWrapper =
    schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault;
  return isWrapper ? unwrap(schema.unwrap()) : schema;
}
