import { randomUUID } from 'node:crypto';
import promises from 'node:fs/promises';
import { join } from 'node:path';
import { type PromiseFsClient, readTree, resolveRef } from 'isomorphic-git';

/**
 * Where a bare repository lies on disk. Nothing is kept in memory between calls, so that commits of a real
 * `git push` are seen at once.
 */
export interface Store {
  readonly dir: string;
}

/** One file of a commit. `mode` is Git's, as text: `100644`, `100755`, `120000`, `160000`. */
export interface TreeFile {
  readonly blobId: string;
  readonly mode: string;
}

/** What isomorphic-git wants on every call. */
export function at({ dir }: Store): { fs: PromiseFsClient; gitdir: string } {
  // As Git itself writes: a reader beside us, such as the clone of a job, finds a file as it was or as it is, never a half.
  const writeFile: typeof promises.writeFile = async (path, data, options) => {
    const whole = join(dir, `writing-${randomUUID()}`);
    await promises.writeFile(whole, data, options);
    try {
      await promises.rename(whole, String(path));
    } catch (error) {
      await promises.rm(whole);
      throw error;
    }
  };
  return { fs: { promises: { ...promises, writeFile } }, gitdir: dir };
}

/** Whether this is isomorphic-git's way to say that an object, a ref or a path does not exist. */
export function isNotFound(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'NotFoundError' || code === 'ObjectTypeError' || code === 'ShortOidNotFound';
}

/** The value of a full ref name, or nothing. */
export async function refValue(store: Store, ref: string): Promise<string | undefined> {
  try {
    return await resolveRef({ ...at(store), ref });
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** All files of a commit or tree by path, depth first, folders themselves left out. */
export async function flatTree(
  store: Store,
  oid: string,
  cache: object = {},
): Promise<Map<string, TreeFile>> {
  const files = new Map<string, TreeFile>();
  const visit = async (treeId: string, prefix: string): Promise<void> => {
    const { tree } = await readTree({ ...at(store), oid: treeId, cache });
    for (const entry of tree) {
      const path = prefix + entry.path;
      if (entry.type === 'tree') await visit(entry.oid, `${path}/`);
      else files.set(path, { blobId: entry.oid, mode: entry.mode });
    }
  };
  await visit(oid, '');
  return files;
}
