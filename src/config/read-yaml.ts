import { LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import type { Fault, Issue } from './explain.ts';
import { type Interpolation, interpolate, type Sources } from './interpolate.ts';
import { nestsTooDeeply } from './nesting.ts';
import { placesIn } from './place.ts';
import { schemaIssues } from './schema-issues.ts';
import { MAX_ALIASES, structureIssues, syntaxIssues } from './yaml-issues.ts';

/** What a YAML file came to: data as the schema has it, or everything that is wrong with it, in its order. */
export type YamlReading<T> = { readonly data: T } | { readonly faults: readonly Fault[] };

const NOTHING_FILLED: Interpolation = { issues: [], references: new Map(), unresolved: new Set() };

/** Bytes of a file; more is a mistake, and would take long to read. */
const MAX_BYTES = 1_000_000;
/** Faults that are told; whoever has more has another file in hand. */
const MAX_FAULTS = 100;

/**
 * Reads one YAML document and holds it to a schema. Finds every fault at once, each with line and column.
 * `sources`: put environment variables and files into the texts before. `check`: what the schema cannot say; it
 * is asked whatever the schema found, so the data may have any shape.
 */
export function readYaml<T extends z.ZodType>(
  text: string,
  schema: T,
  { sources, check = () => [] }: { sources?: Sources; check?: (data: unknown) => readonly Issue[] } = {},
): YamlReading<z.output<T>> {
  const lineCounter = new LineCounter();
  const refuse = (issues: readonly Issue[]) => ({ faults: faultsOf(issues, lineCounter) });
  if (Buffer.byteLength(text) > MAX_BYTES) return refuse([{ path: [], message: 'the file is over 1 MB' }]);
  if (nestsTooDeeply(text)) return refuse([{ path: [], message: 'the file nests too deeply' }]);

  const document = parseDocument(text, { lineCounter, prettyErrors: false, uniqueKeys: false });
  if (document.errors.length > 0) return refuse(syntaxIssues(document));

  const structure = structureIssues(document);
  const filled = sources === undefined ? NOTHING_FILLED : interpolate(document, sources);
  const earlier = [...structure.issues, ...filled.issues];
  let data: unknown;
  try {
    data = document.toJS({ maxAliasCount: MAX_ALIASES }) ?? {};
  } catch {
    return refuse([...earlier, { path: [], message: 'the file has aliases that unfold too far' }]);
  }
  const placeOf = placesIn(document);
  const later = [...schemaIssues(schema, data), ...check(data)].flatMap((issue): readonly Issue[] => {
    const { offset, node } = placeOf(issue.path, issue.atKey);
    if (node !== undefined && (structure.nodes.has(node) || filled.unresolved.has(node))) return [];
    const references = node === undefined ? undefined : filled.references.get(node);
    const origin = references === undefined ? '' : ` (the value comes from ${references.join(' and ')})`;
    return [{ ...issue, message: issue.message + origin, offset }];
  });
  const issues = [...earlier, ...later];
  return issues.length > 0 ? refuse(issues) : { data: schema.parse(data) };
}

/** Issues in the order of the file; those of which nobody knows where they are stand at its beginning. */
function faultsOf(issues: readonly Issue[], lineCounter: LineCounter): readonly Fault[] {
  const faults = issues.map(({ path, message, offset = 0 }): Fault => {
    const { line, col } = lineCounter.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1), path: path.map(String).join('.'), message };
  });
  faults.sort((a, b) => a.line - b.line || a.column - b.column);
  const last = faults[MAX_FAULTS];
  if (last === undefined) return faults;
  const rest = `here and below there are ${faults.length - MAX_FAULTS} more faults`;
  return [...faults.slice(0, MAX_FAULTS), { ...last, path: '', message: rest }];
}
