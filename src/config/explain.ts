import { distance } from 'fastest-levenshtein';
import { type Document, isMap, isScalar, type LineCounter, type Node } from 'yaml';

/** Something wrong in a YAML file, with its place. */
export interface Fault {
  readonly line: number;
  readonly column: number;
  /** Keys joined by dots; empty for the file as a whole. */
  readonly path: string;
  readonly message: string;
}

/** A fault found in the data, by its place there. */
export interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  /** The fault is the key itself, not its value. */
  readonly atKey?: boolean;
}

/** What zod reports of an issue, as far as it is read here. */
export interface ZodIssue {
  readonly code: string;
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly keys?: readonly string[];
  readonly expected?: string;
  readonly values?: readonly unknown[];
  readonly errors?: readonly (readonly ZodIssue[])[];
  readonly issues?: readonly ZodIssue[];
}

/** Puts zod's issues in words. Never repeats a value: it may be a secret, or come from one. */
export function issuesOf(
  zodIssues: readonly ZodIssue[],
  known: (path: readonly PropertyKey[]) => readonly string[],
): readonly Issue[] {
  return zodIssues.flatMap((issue): readonly Issue[] => {
    switch (issue.code) {
      case 'unrecognized_keys':
        return (issue.keys ?? []).map((key) => ({
          path: [...issue.path, key],
          message: `unknown key${suggestion(key, known(issue.path))}`,
          atKey: true,
        }));
      case 'invalid_key':
        return [{ path: issue.path, message: issue.issues?.[0]?.message ?? 'is not a name', atKey: true }];
      case 'invalid_union': {
        const branches = (issue.errors ?? []).filter((errors) =>
          errors.every((error) => !isWrongType(error)),
        );
        const [only] = branches;
        if (only === undefined) return [{ path: issue.path, message: issue.message }];
        return issuesOf(
          only.map((error) => ({ ...error, path: [...issue.path, ...error.path] })),
          known,
        );
      }
      case 'invalid_type':
        return [{ path: issue.path, message: typeMessage(issue) }];
      case 'invalid_value':
        return [{ path: issue.path, message: `is not one of ${(issue.values ?? []).join(', ')}` }];
      default:
        return [{ path: issue.path, message: issue.message }];
    }
  });
}

function isWrongType(issue: ZodIssue): boolean {
  return issue.code === 'invalid_type' && issue.path.length === 0;
}

function typeMessage({ message, expected = 'something else' }: ZodIssue): string {
  if (/received undefined$/.test(message)) return 'is missing';
  const names: Readonly<Record<string, string>> = {
    object: 'a mapping',
    record: 'a mapping',
    array: 'a list',
    string: 'a text',
    boolean: 'true or false',
  };
  return `is not ${names[expected] ?? `of the type ${expected}`}`;
}

/** Finds the places of issues in the YAML and sorts them as they stand there. */
export function locate(
  document: Document,
  lineCounter: LineCounter,
  issues: readonly Issue[],
): readonly Fault[] {
  return issues
    .map(({ path, message, atKey = false }) => {
      const { line, col } = lineCounter.linePos(offsetOf(document, path, atKey));
      return { line, column: col, path: path.map(String).join('.'), message };
    })
    .sort((a, b) => a.line - b.line || a.column - b.column);
}

/** Of the node, or, where it is missing, of the nearest one around it. */
function offsetOf(document: Document, path: readonly PropertyKey[], atKey: boolean): number {
  for (let length = path.length; length >= 0; length -= 1) {
    const at = path.slice(0, length);
    if (atKey && length === path.length) {
      const parent = document.getIn(at.slice(0, -1), true);
      const pair = isMap(parent)
        ? parent.items.find(({ key }) => isScalar(key) && String(key.value) === String(at.at(-1)))
        : undefined;
      if (isScalar(pair?.key)) return pair.key.range?.[0] ?? 0;
    }
    const node = (length === 0 ? document.contents : document.getIn(at, true)) as Node | null | undefined;
    if (node?.range) return node.range[0];
  }
  return 0;
}

/** One line for people and editors: `FILE:LINE:COL path: what is wrong`. */
export function formatFault(file: string, { line, column, path, message }: Fault): string {
  return `${file}:${line}:${column} ${path === '' ? '' : `${path}: `}${message}`;
}

function suggestion(key: string, known: readonly string[]): string {
  const [nearest] = known
    .map((name) => ({ name, edits: distance(key.toLowerCase(), name.toLowerCase()) }))
    .filter(({ edits }) => edits <= 2)
    .sort((a, b) => a.edits - b.edits);
  return nearest === undefined ? '' : `; did you mean ${nearest.name}?`;
}
