import { findMergeBase, log as gitLog, type ReadCommitResult } from 'isomorphic-git';
import type { Commit, Signature } from '../ports.ts';
import { resolve } from './resolve.ts';
import { at, type Store } from './store.ts';

function signature(of: ReadCommitResult['commit']['author']): Signature {
  return { name: of.name, email: of.email, date: new Date(of.timestamp * 1000) };
}

function toCommit({ oid, commit }: ReadCommitResult): Commit {
  return {
    id: oid,
    parentIds: commit.parent,
    message: commit.message,
    author: signature(commit.author),
    committer: signature(commit.committer),
  };
}

/**
 * The commits reachable from `ref`, newest first. `since` is a ref whose own history is left out, as in
 * `git log since..ref`. Nothing for a ref that does not exist.
 */
export async function log(
  store: Store,
  ref: string,
  { since, limit }: { readonly since?: string; readonly limit?: number } = {},
): Promise<readonly Commit[]> {
  const head = await resolve(store, ref);
  if (head === undefined) return [];
  const base = since === undefined ? undefined : await resolve(store, since);
  if (since !== undefined && base === undefined) throw new Error(`Reference '${since}' not found`);
  const cache = {};
  const old = base === undefined ? [] : await gitLog({ ...at(store), ref: base, cache });
  const leftOut = new Set(old.map(({ oid }) => oid));
  const depth = base === undefined && limit !== undefined ? { depth: limit } : {};
  const commits = await gitLog({ ...at(store), ref: head, cache, ...depth });
  const kept = commits.filter(({ oid }) => !leftOut.has(oid));
  return kept.slice(0, limit).map(toCommit);
}

/** The newest common ancestor of two refs; nothing when they share none. */
export async function mergeBase(store: Store, a: string, b: string): Promise<string | undefined> {
  const oids = [await resolve(store, a), await resolve(store, b)];
  const known = oids.filter((oid) => oid !== undefined);
  if (known.length < 2) return undefined;
  const found: unknown[] = await findMergeBase({ ...at(store), oids: known });
  return typeof found[0] === 'string' ? found[0] : undefined;
}
