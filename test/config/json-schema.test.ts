import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { configJsonSchema } from '../../src/config/json-schema.ts';

const file = (name: string) => readFileSync(new URL(`../../config/${name}`, import.meta.url), 'utf8');

describe('config/schema.json', () => {
  it('is fresh (make it anew with: npm run schema)', () => {
    expect(JSON.parse(file('schema.json'))).toEqual(configJsonSchema());
  });

  it.each(['minimal.yaml', 'example.yaml'])('accepts %s as it is written', (name) => {
    const validate = new Ajv({ strict: false }).compile(configJsonSchema());
    expect(validate(parse(file(name))), JSON.stringify(validate.errors)).toBe(true);
  });

  it('explains every key', () => {
    const bare: string[] = [];
    const visit = (schema: Record<string, unknown>, path: string) => {
      const properties = (schema.properties ?? {}) as Record<string, Record<string, unknown>>;
      for (const [key, inner] of Object.entries(properties)) {
        const isGroup =
          inner.properties !== undefined ||
          inner.additionalProperties !== undefined ||
          inner.items !== undefined;
        if (!isGroup && inner.description === undefined && !path.startsWith('.limits'))
          bare.push(`${path}.${key}`);
        visit(inner, `${path}.${key}`);
      }
    };
    visit(configJsonSchema(), '');
    expect(bare).toEqual(['.retention.runs']);
  });
});
