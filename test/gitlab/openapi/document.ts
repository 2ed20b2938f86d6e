import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

/** A JSON schema in OpenAPI 3.0's dialect. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly format?: string;
  readonly enum?: readonly unknown[];
  readonly nullable?: boolean;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
}

export interface Operation {
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly required?: boolean;
    readonly schema: Schema;
  }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema?: Schema }>> };
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema?: Schema }>> }>
  >;
}

/** The parts of an OpenAPI document that get used. */
export interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

const root = join(dirname(fileURLToPath(import.meta.url)), '../../..');

/** GitLab's own description of its API, where it lies beside the project. */
export const openApiFile = join(root, '../shared/data/openapi.yaml');

/**
 * Reads the document, or says that there is none and answers `undefined`.
 * Parsing 3 MB of YAML takes seconds, so the parsed form is kept in the temporary directory.
 */
export function loadDocument(file: string): Document | undefined {
  if (!existsSync(file)) {
    console.warn(`${file} is not there: requests are not checked against GitLab's OpenAPI document`);
    return undefined;
  }
  const { size, mtimeMs } = statSync(file);
  const cache = join(tmpdir(), 'stand-in-gitlab', `openapi-${size}-${Math.floor(mtimeMs)}.json`);
  if (existsSync(cache)) return JSON.parse(readFileSync(cache, 'utf8')) as Document;
  const document = parse(readFileSync(file, 'utf8'), { maxAliasCount: -1 }) as Document;
  const kept: Document = { paths: document.paths, components: { schemas: document.components.schemas } };
  mkdirSync(dirname(cache), { recursive: true });
  // Written aside and renamed, so that two processes never read half a file.
  const draft = `${cache}.${process.pid}`;
  writeFileSync(draft, JSON.stringify(kept));
  renameSync(draft, cache);
  return kept;
}
