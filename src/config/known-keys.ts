import { z } from 'zod';

/** The keys that a schema has at a place in the data; none where it is no mapping of fixed keys. */
export function knownKeys(schema: z.ZodType, path: readonly PropertyKey[]): readonly string[] {
  const bare = unwrap(schema);
  if (bare instanceof z.ZodUnion) {
    return bare.options.flatMap((option) => knownKeys(option as z.ZodType, path));
  }
  const [key, ...rest] = path;
  if (bare instanceof z.ZodObject) {
    if (key === undefined) return Object.keys(bare.shape);
    const inner: unknown = bare.shape[String(key)];
    return inner instanceof z.ZodType ? knownKeys(inner, rest) : [];
  }
  if (key === undefined) return [];
  if (bare instanceof z.ZodRecord) return knownKeys(bare.valueType as z.ZodType, rest);
  if (bare instanceof z.ZodArray) return knownKeys(bare.element as z.ZodType, rest);
  return [];
}

function unwrap(schema: z.ZodType): z.ZodType {
  const isWrapper =
    schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault;
  return isWrapper ? unwrap(schema.unwrap() as z.ZodType) : schema;
}
