import { readBlob } from 'isomorphic-git';
import type { FileDiff } from '../ports.ts';
import { hunks, isBinary } from './hunks.ts';
import { resolve } from './resolve.ts';
import { at, flatTree, type Store, type TreeFile } from './store.ts';

const NOTHING = new Uint8Array();

interface Change {
  readonly oldPath: string;
  readonly newPath: string;
  readonly before: TreeFile | undefined;
  readonly after: TreeFile | undefined;
}

async function content(store: Store, file: TreeFile | undefined, cache: object): Promise<Uint8Array> {
  if (file === undefined) return NOTHING;
  // A submodule is a commit of another repository: Git shows this line in place of a content.
  if (file.mode === '160000') return new TextEncoder().encode(`Subproject commit ${file.blobId}\n`);
  return (await readBlob({ ...at(store), oid: file.blobId, cache })).blob;
}

/** Which files differ. A file that only moved is one change with two paths. */
function changes(
  before: ReadonlyMap<string, TreeFile>,
  after: ReadonlyMap<string, TreeFile>,
): readonly Change[] {
  const removed = [...before].filter(([path]) => !after.has(path));
  const found: Change[] = [];
  for (const [path, file] of after) {
    const old = before.get(path);
    if (old?.blobId === file.blobId && old.mode === file.mode) continue;
    const origin = old ? -1 : removed.findIndex(([, gone]) => gone.blobId === file.blobId);
    const moved = origin < 0 ? undefined : removed.splice(origin, 1)[0];
    const [oldPath, was] = moved ?? [path, old];
    found.push({ oldPath, newPath: path, before: was, after: file });
  }
  for (const [path, file] of removed)
    found.push({ oldPath: path, newPath: path, before: file, after: undefined });
  return found.sort((a, b) => (a.newPath < b.newPath ? -1 : 1));
}

/**
 * The differences of two commits by path. Renames are found where the content stayed the same; Git's search
 * for similar contents is left out.
 *
 * @throws Error when one of the refs does not exist.
 */
export async function diff(store: Store, fromRef: string, toRef: string): Promise<readonly FileDiff[]> {
  const cache = {};
  const files = async (ref: string) => {
    const oid = await resolve(store, ref);
    if (oid === undefined) throw new Error(`Reference '${ref}' not found`);
    return flatTree(store, oid, cache);
  };
  const found = changes(await files(fromRef), await files(toRef));
  const diffs: FileDiff[] = [];
  for (const { oldPath, newPath, before, after } of found) {
    const old = await content(store, before, cache);
    const now = await content(store, after, cache);
    const binary = isBinary(old) || isBinary(now);
    diffs.push({
      oldPath,
      newPath,
      newFile: before === undefined,
      deletedFile: after === undefined,
      binary,
      diff: binary ? '' : hunks(old, now),
    });
  }
  return diffs;
}
