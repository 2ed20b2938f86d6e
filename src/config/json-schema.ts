import { z } from 'zod';
import { ConfigFile } from './schema.ts';

/** Where the value will only be known when the config loads. */
const REFERENCE = { type: 'string', pattern: '\\$\\{' } as const;

/**
 * The JSON Schema (draft 7) of the config file as written, which editors complete and check by. A text that has to
 * have a form may hold `${…}` instead, and so may a number.
 */
export function configJsonSchema(): Readonly<Record<string, unknown>> {
  const { $schema, ...schema } = z.toJSONSchema(ConfigFile, {
    io: 'input',
    target: 'draft-7',
    override: ({ jsonSchema, path }) => {
      const { type, pattern, allOf, enum: choices } = jsonSchema;
      if (type !== 'string' || path.at(-1) === 'propertyNames') return;
      if (pattern === undefined && allOf === undefined && choices === undefined) return;
      const { description, default: fallback, ...form } = jsonSchema;
      for (const key of Object.keys(form)) delete jsonSchema[key];
      jsonSchema.anyOf = [form as z.core.JSONSchema.BaseSchema, REFERENCE];
    },
  });
  return { $schema, title: 'Beckon config', ...schema };
}
