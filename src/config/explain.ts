/** Something wrong in a YAML file, with its place. */
export interface Fault {
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  /** Keys joined by dots; empty for the file as a whole. */
  readonly path: string;
  /** What is wrong, as the end of a sentence about `path`. Never the value. */
  readonly message: string;
}

/** Something wrong in the data, by its place there. */
export interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  /** What is wrong is the key itself, not its value. */
  readonly atKey?: boolean;
  /** Where it stands in the text, when that is known already. */
  readonly offset?: number;
}

/** One line for people and editors: `FILE:LINE:COL path: what is wrong`. */
export function formatFault(file: string, { line, column, path, message }: Fault): string {
  return `${file}:${line}:${column} ${path === '' ? '' : `${path}: `}${message}`;
}
