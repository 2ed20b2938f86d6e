import { resolve } from 'node:path';
import { type Document, type Node, visit } from 'yaml';
import { messageOf } from '../lib/errors.ts';
import type { Issue } from './explain.ts';
import { pathOf } from './place.ts';

/** Where the values come from that are put into a config. */
export interface Sources {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Folder that paths of `${file:…}` are relative to. */
  readonly folder: string;
  /** Content of a text file; throws where it cannot be read. */
  readonly readFile: (path: string) => string;
}

/** What was put in, and what could not be. */
export interface Interpolation {
  readonly issues: readonly Issue[];
  /** Texts that hold a reference, with the references as written. */
  readonly references: ReadonlyMap<Node, readonly string[]>;
  /** Texts that an issue is about. */
  readonly unresolved: ReadonlySet<Node>;
}

const REFERENCE = /\$\$\{|\$\{([^}]*)(\}?)/g;
const VARIABLE_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * Puts environment variables (`${NAME}`) and the contents of files (`${file:PATH}`, without the last line break)
 * into the texts of a YAML document, keys left alone; `$${` stands for `${`. Done after parsing, so that no value
 * can change the structure of the file, and once, so that a value is never looked into for references.
 */
export function interpolate(document: Document, sources: Sources): Interpolation {
  const issues: Issue[] = [];
  const references = new Map<Node, string[]>();
  const unresolved = new Set<Node>();
  visit(document, {
    Scalar(key, node, ancestors) {
      if (key === 'key' || typeof node.value !== 'string') return;
      const names: string[] = [];
      node.value = node.value.replace(REFERENCE, (whole, reference: string | undefined, end) => {
        if (reference === undefined) return '${';
        const found =
          end === '' ? { reason: '${ is not closed; $${ stands for ${' } : lookUp(reference, sources);
        if (typeof found === 'string') {
          names.push(whole);
          return found;
        }
        const path = pathOf(ancestors, node);
        issues.push({ path, message: found.reason + remedy(path), offset: node.range?.[0] ?? 0 });
        unresolved.add(node);
        return whole;
      });
      if (names.length > 0) references.set(node, names);
    },
  });
  return { issues, references, unresolved };
}

function lookUp(reference: string, { env, folder, readFile }: Sources): string | { readonly reason: string } {
  if (reference.startsWith('file:')) {
    const path = resolve(folder, reference.slice('file:'.length));
    try {
      return readFile(path).replace(/\r?\n$/, '');
    } catch (error) {
      // Node's message goes on to repeat the call and the path.
      return { reason: `the file ${path} cannot be read: ${messageOf(error).replace(/,.*/s, '')}` };
    }
  }
  if (!VARIABLE_NAME.test(reference)) {
    return {
      reason: '${…} takes the name of an environment variable, or file: and a path; $${ stands for ${',
    };
  }
  return env[reference] ?? { reason: `the environment variable ${reference} is not set` };
}

/** The commands of a flow are full of variables that are the job's, not ours. */
function remedy(path: readonly PropertyKey[]): string {
  return path[0] === 'agents' && path[2] === 'flow'
    ? ' (for a variable of the job write $NAME or $${NAME})'
    : '';
}
