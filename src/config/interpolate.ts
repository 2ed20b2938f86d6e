import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Document, isScalar, visit } from 'yaml';
import { messageOf } from '../lib/errors.ts';

export interface Sources {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Folder that paths of `${file:…}` are relative to. */
  readonly folder: string;
}

/** Something that could not be put in, at an offset of the file. */
export interface Missing {
  readonly offset: number;
  readonly message: string;
}

const REFERENCE = /\$\$\{|\$\{([^}]*)\}/g;

/**
 * Puts environment variables (`${NAME}`) and the contents of files (`${file:PATH}`, without the last line break)
 * into the texts of a YAML document; `$${` stands for `${`. Done after parsing, so that no value can change the
 * structure of the file.
 */
export function interpolate(document: Document, sources: Sources): readonly Missing[] {
  const missing: Missing[] = [];
  visit(document, {
    Scalar(key, node) {
      if (key === 'key' || !isScalar(node) || typeof node.value !== 'string') return;
      node.value = node.value.replace(REFERENCE, (whole, reference: string | undefined) => {
        if (reference === undefined) return '${';
        const found = lookUp(reference, sources);
        if (typeof found === 'string') return found;
        missing.push({ offset: node.range?.[0] ?? 0, message: found.message });
        return whole;
      });
    },
  });
  return missing;
}

function lookUp(reference: string, { env, folder }: Sources): string | { readonly message: string } {
  if (reference.startsWith('file:')) {
    const path = resolve(folder, reference.slice('file:'.length));
    try {
      return readFileSync(path, 'utf8').replace(/\r?\n$/, '');
    } catch (error) {
      return { message: `the file ${path} cannot be read: ${messageOf(error).replace(/,.*/, '')}` };
    }
  }
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(reference)) {
    return { message: '${…} takes the name of an environment variable, or file:PATH' };
  }
  return env[reference] ?? { message: `the environment variable ${reference} is not set` };
}
