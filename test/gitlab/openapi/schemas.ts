import type { Document, Schema } from './document.ts';
import { daysNotMoments, missingProperties, wrongTypes } from './weak-spots.ts';

type JsonSchema = Record<string, unknown>;

/** Where the converted schemas of answers are found by ajv. */
const answersId = 'answers';

/**
 * The document's schemas for checking answers: closed, so that a field GitLab does not know is found, but any value
 * may be null, nothing is required, and where one entity stands a list of them may (the generator loses `is_array`).
 */
export function answerSchemas(document: Document): JsonSchema {
  const definitions: JsonSchema = {};
  for (const [name, schema] of Object.entries(document.components.schemas))
    definitions[name] = answerSchema(schema, name);
  return { $id: answersId, definitions };
}

/** One schema of an answer; `name` is the component and property it stands in, for the weak spots. */
export function answerSchema(schema: Schema, name = ''): JsonSchema {
  if (schema.$ref !== undefined) {
    const one = { $ref: `${answersId}#/definitions/${refName(schema.$ref)}` };
    return { anyOf: [one, { type: 'array', items: one }, { type: 'null' }] };
  }
  const variants = schema.oneOf ?? schema.anyOf ?? schema.allOf;
  if (variants !== undefined)
    return { anyOf: [...variants.map((one) => answerSchema(one, name)), { type: 'null' }] };
  if (schema.type === 'array')
    return {
      type: ['array', 'null'],
      ...(schema.items === undefined ? {} : { items: answerSchema(schema.items) }),
    };
  if (schema.properties !== undefined) return closedObject(schema.properties, name);
  if (schema.type === undefined || schema.type === 'object') return {};
  return {
    type: [schema.type, 'null'],
    ...(schema.format === 'date-time' ? { format: 'date-time' } : {}),
    ...(schema.enum === undefined ? {} : { enum: [...schema.enum, null] }),
  };
}

function closedObject(properties: Readonly<Record<string, Schema>>, name: string): JsonSchema {
  const known: JsonSchema = {};
  for (const [property, schema] of Object.entries(properties)) {
    const wrong = wrongTypes.find((spot) => spot.schema === name && spot.property === property);
    const day = daysNotMoments.some((spot) => spot.schema === name && spot.property === property);
    if (wrong !== undefined) known[property] = { type: [wrong.accept, 'null'] };
    else if (day) known[property] = { type: ['string', 'null'] };
    else known[property] = answerSchema(schema, `${name}.${property}`);
  }
  for (const spot of missingProperties) if (spot.schema === name) known[spot.property] = {};
  return { type: ['object', 'null'], properties: known, additionalProperties: false };
}

/** One schema of a request parameter. Text stands for a list, too, since GitLab splits at commas. */
export function parameterSchema(schema: Schema, document: Document): JsonSchema {
  if (schema.$ref !== undefined) {
    const target = document.components.schemas[refName(schema.$ref)];
    return target === undefined ? {} : parameterSchema(target, document);
  }
  const variants = schema.oneOf ?? schema.anyOf;
  if (variants !== undefined)
    return { anyOf: [...variants.map((one) => parameterSchema(one, document)), { type: 'null' }] };
  if (schema.type === 'array') {
    const items = schema.items === undefined ? {} : parameterSchema(schema.items, document);
    return { anyOf: [{ type: 'array', items }, { type: 'string' }, { type: 'null' }] };
  }
  if (schema.properties !== undefined) {
    const properties = Object.fromEntries(
      Object.entries(schema.properties).map(([key, value]) => [key, parameterSchema(value, document)]),
    );
    const { required = [] } = schema;
    return { type: ['object', 'null'], properties, required, additionalProperties: false };
  }
  if (schema.type === undefined || schema.type === 'object') return {};
  return {
    type: [schema.type, 'null'],
    ...(schema.enum === undefined ? {} : { enum: [...schema.enum, null, ''] }),
  };
}

function refName(ref: string): string {
  return ref.split('/').at(-1) ?? ref;
}
