import { expandOid, readCommit } from 'isomorphic-git';
import { at, isNotFound, refValue, type Store } from './store.ts';

const OBJECT_ID = /^[0-9a-f]{40}$/;
const SHORT_ID = /^[0-9a-f]{7,39}$/;

async function commitOf(store: Store, oid: string): Promise<string | undefined> {
  try {
    return (await readCommit({ ...at(store), oid })).oid;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/**
 * The commit id behind a branch name, tag name, full ref, `HEAD`, or whole or shortened commit id. Branches win
 * over tags, names over shortened ids. Nothing when there is none, as for everything in an empty repository.
 */
export async function resolve(store: Store, ref: string): Promise<string | undefined> {
  if (ref === '' || ref.split('/').includes('..')) return undefined;
  if (OBJECT_ID.test(ref)) return commitOf(store, ref);
  const candidates =
    ref.startsWith('refs/') || ref === 'HEAD' ? [ref] : [`refs/heads/${ref}`, `refs/tags/${ref}`];
  for (const candidate of candidates) {
    const oid = await refValue(store, candidate);
    // readCommit peels an annotated tag to its commit.
    if (oid !== undefined) return commitOf(store, oid);
  }
  if (!SHORT_ID.test(ref)) return undefined;
  try {
    return await commitOf(store, await expandOid({ ...at(store), oid: ref }));
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}
