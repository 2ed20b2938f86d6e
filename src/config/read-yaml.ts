import { LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { type Fault, issuesOf, locate } from './explain.ts';
import { interpolate, type Sources } from './interpolate.ts';
import { knownKeys } from './known-keys.ts';

/** What a YAML file came to: data as the schema has it, with a way to find places in the file; or its faults. */
export type YamlReading<T> =
  | { readonly data: T; readonly locate: (issues: Parameters<typeof locate>[2]) => readonly Fault[] }
  | { readonly faults: readonly Fault[] };

/** Characters of a file; more is a mistake, and would take long to read. */
const MAX_LENGTH = 1_000_000;
/** How often aliases may be followed: nested ones could otherwise unfold to any size. */
const MAX_ALIASES = 100;

/**
 * Reads one YAML document and holds it to a schema. Finds every fault at once, each with line and column.
 * `sources`: put environment variables and files into the texts before.
 */
export function readYaml<T extends z.ZodType>(
  text: string,
  schema: T,
  sources?: Sources,
): YamlReading<z.output<T>> {
  if (text.length > MAX_LENGTH) {
    return { faults: [{ line: 1, column: 1, path: '', message: 'the file is over 1 MB' }] };
  }
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false });
  const at = (offset: number, message: string): Fault => {
    const { line, col } = lineCounter.linePos(offset);
    return { line, column: col, path: '', message };
  };
  if (document.errors.length > 0)
    return { faults: document.errors.map(({ pos, message }) => at(pos[0], message)) };
  const missing = sources === undefined ? [] : interpolate(document, sources);
  if (missing.length > 0) return { faults: missing.map(({ offset, message }) => at(offset, message)) };
  let data: unknown;
  try {
    data = document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch {
    return { faults: [at(0, 'the file has aliases that unfold too far')] };
  }
  const parsed = schema.safeParse(data ?? {});
  if (parsed.success) {
    return { data: parsed.data, locate: (issues) => locate(document, lineCounter, issues) };
  }
  const issues = issuesOf(parsed.error.issues as never, (path) => knownKeys(schema, path));
  return { faults: locate(document, lineCounter, issues) };
}
