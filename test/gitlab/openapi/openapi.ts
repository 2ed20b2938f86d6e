import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { type Document, loadDocument, type Operation, openApiFile, type Schema } from './document.ts';
import { answerSchema, answerSchemas, parameterSchema } from './schemas.ts';
import { missingParameters, otherBodies, otherStatuses, uploadBodies } from './weak-spots.ts';

type Fields = Readonly<Record<string, unknown>>;

export interface CheckedRequest {
  readonly method: string;
  /** Our route, `/projects/:id/issues`. */
  readonly path: string;
  readonly params: Fields;
  readonly query: Fields;
  readonly body: Fields;
}

/** Something wrong with a request; `answer` is what GitLab says to it, absent where GitLab takes no notice. */
export interface RequestFault {
  readonly text: string;
  readonly answer?: string;
}

/** Holds requests and answers to GitLab's own description of its API. */
export interface OpenApi {
  /** Whether GitLab has an endpoint for this very path. */
  describes(method: string, path: string): boolean;
  checkRequest(request: CheckedRequest): readonly RequestFault[];
  checkAnswer(answer: { method: string; path: string; status: number; body: unknown }): readonly string[];
}

/** Each schema runs a few times only, so compiling it has to be what is fast. */
const quick = { strict: false, validateSchema: false, inlineRefs: false, code: { optimize: false } } as const;

const checkers = new Map<string, OpenApi | undefined>();

/** The checker for a document, made once in a process; `undefined` where the document is not at hand. */
export function openApiOf(file: string = openApiFile): OpenApi | undefined {
  if (!checkers.has(file)) {
    const document = loadDocument(file);
    checkers.set(file, document === undefined ? undefined : checker(document));
  }
  return checkers.get(file);
}

function checker(document: Document): OpenApi {
  const operations = new Map<string, Operation>();
  for (const [path, methods] of Object.entries(document.paths))
    for (const [method, operation] of Object.entries(methods))
      operations.set(keyOf(method, shape(path)), operation);

  const requests = new Ajv({ ...quick, coerceTypes: true, validateFormats: false });
  const answers = new Ajv({ ...quick, allErrors: true });
  answers.addFormat('date-time', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/);
  answers.addSchema(answerSchemas(document));
  const compiled = new Map<string, ValidateFunction>();
  const validator = (key: string, ajv: Ajv, schema: () => object): ValidateFunction => {
    const known = compiled.get(key) ?? ajv.compile(schema());
    compiled.set(key, known);
    return known;
  };

  return {
    describes: (method, path) => {
      const wanted = path.split('/');
      return [...operations.keys()].some((key) => {
        const [verb = '', known = ''] = key.split(' ');
        const parts = known.split('/');
        return (
          verb === method.toUpperCase() &&
          parts.length === wanted.length &&
          parts.every((part, index) => part === '{}' || part === wanted[index])
        );
      });
    },
    checkRequest: (request) => {
      const key = keyOf(request.method, shape(request.path));
      const operation = operations.get(key);
      if (operation === undefined) return [{ text: `${key} is not in the document` }];
      const declared = parametersOf(operation, key, document);
      const faults: RequestFault[] = [];
      const given: Fields = { ...request.query, ...request.body };
      for (const [name, { schema, required }] of declared) {
        const value = given[name];
        if (value === undefined || value === null) {
          if (required) faults.push({ text: `${name} is missing`, answer: `${name} is missing` });
          continue;
        }
        const validate = validator(`${key} ${name}`, requests, () => ({
          type: 'object',
          properties: { value: parameterSchema(schema, document) },
        }));
        if (validate({ value: structuredClone(value) })) continue;
        faults.push(parameterFault(name, validate.errors ?? []));
      }
      if (!uploadBodies.some((spot) => keyOf(spot.method, spot.path) === key))
        for (const name of Object.keys(given))
          if (!declared.has(name)) faults.push({ text: `${name} is no parameter of ${key}` });
      return faults;
    },
    checkAnswer: ({ method, path, status, body }) => {
      const key = keyOf(method, shape(path));
      const operation = operations.get(key);
      if (operation === undefined || status < 200 || status > 299) return [];
      if (
        otherStatuses.some(
          (spot) => keyOf(spot.method, spot.path) === key && spot.status === status && status !== 201,
        )
      )
        return [];
      const described = operation.responses[String(status)];
      const elsewhere = otherStatuses.some(
        (spot) => keyOf(spot.method, spot.path) === key && spot.status === status,
      );
      if (described === undefined && !elsewhere) return [`status ${status} is not in the document`];
      if (otherBodies.some((spot) => keyOf(spot.method, spot.path) === key)) return [];
      const content = (described ?? operation.responses['200'])?.content?.['application/json'];
      if (content?.schema === undefined) return [];
      const { schema } = content;
      const validate = validator(`${key} -> ${status}`, answers, () => answerSchema(schema));
      return validate(body)
        ? []
        : [...new Set((validate.errors ?? []).map(describeError))].filter((text) => text !== '');
    },
  };
}

/** Query parameters and the fields of the body, which GitLab takes from either place. */
function parametersOf(
  operation: Operation,
  key: string,
  document: Document,
): ReadonlyMap<string, { readonly schema: Schema; readonly required: boolean }> {
  const found = new Map<string, { schema: Schema; required: boolean }>();
  for (const { name, in: where, required, schema } of operation.parameters ?? [])
    if (where === 'query') found.set(name.replace(/\[\]$/, ''), { schema, required: required === true });
  for (const spot of missingParameters)
    if (keyOf(spot.method, spot.path) === key)
      found.set(spot.name, { schema: { type: 'string' }, required: false });
  if (uploadBodies.some((spot) => keyOf(spot.method, spot.path) === key)) return found;
  for (const { schema } of Object.values(operation.requestBody?.content ?? {})) {
    const body =
      schema?.$ref === undefined ? schema : document.components.schemas[schema.$ref.split('/').at(-1) ?? ''];
    for (const [name, property] of Object.entries(body?.properties ?? {}))
      found.set(name, { schema: property, required: body?.required?.includes(name) === true });
  }
  return found;
}

function parameterFault(name: string, errors: readonly ErrorObject[]): RequestFault {
  const where = (errors[0]?.instancePath ?? '').split('/').slice(2).join('.');
  const path = where === '' ? name : `${name}[${where}]`;
  const extra = errors.find((error) => error.keyword === 'additionalProperties');
  // GitLab drops what it does not know, so this is the caller's slip and no refusal.
  if (extra !== undefined)
    return { text: `${path}: ${String(extra.params.additionalProperty)} is no parameter` };
  const text = errors.some((error) => error.keyword === 'enum')
    ? `${path} does not have a valid value`
    : `${path} is invalid`;
  return { text, answer: text };
}

function describeError({ instancePath, message, params, keyword }: ErrorObject): string {
  // Each alternative of an `anyOf` complains; the one about being a list or null says nothing.
  if (keyword === 'anyOf' || message === 'must be array' || message === 'must be null') return '';
  const extra = 'additionalProperty' in params ? ` (${String(params.additionalProperty)})` : '';
  return `${instancePath || 'body'} ${message ?? ''}${extra}`;
}

function shape(path: string): string {
  return path.replace(/^\/api\/v4/, '').replace(/\{[^}]+\}|:[^/]+/g, '{}');
}

function keyOf(method: string, path: string): string {
  return `${method.toUpperCase()} ${path}`;
}
