import { z } from 'zod';
import { ConfigFile } from './schema.ts';

/** The JSON Schema of the config file as written, which editors complete and check by. */
export function configJsonSchema(): Readonly<Record<string, unknown>> {
  const { $schema, ...schema } = z.toJSONSchema(ConfigFile, { io: 'input', target: 'draft-7' });
  return { $schema, title: 'Beckon config', ...schema };
}
