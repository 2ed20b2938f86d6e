import { type TreeEntry, writeTree } from 'isomorphic-git';
import { at, type Store, type TreeFile } from './store.ts';

/** Groups paths by their first segment: files here, and what lies in each folder below. */
function group(files: ReadonlyMap<string, TreeFile>): {
  here: Map<string, TreeFile>;
  below: Map<string, Map<string, TreeFile>>;
} {
  const here = new Map<string, TreeFile>();
  const below = new Map<string, Map<string, TreeFile>>();
  for (const [path, file] of files) {
    const slash = path.indexOf('/');
    if (slash < 0) {
      here.set(path, file);
      continue;
    }
    const folder = path.slice(0, slash);
    const inside = below.get(folder) ?? new Map<string, TreeFile>();
    inside.set(path.slice(slash + 1), file);
    below.set(folder, inside);
  }
  return { here, below };
}

/**
 * Writes the tree objects for a set of files and answers the id of the root tree.
 *
 * @throws Error when a path is a file and a folder at once.
 */
export async function writeFiles(files: ReadonlyMap<string, TreeFile>, store: Store): Promise<string> {
  const { here, below } = group(files);
  const tree: TreeEntry[] = [];
  for (const [path, { blobId, mode }] of here)
    tree.push({ path, mode, oid: blobId, type: mode === '160000' ? 'commit' : 'blob' });
  for (const [path, inside] of below) {
    if (here.has(path)) throw new Error('A file with this name already exists');
    tree.push({ path, mode: '040000', oid: await writeFiles(inside, store), type: 'tree' });
  }
  return writeTree({ ...at(store), tree });
}
