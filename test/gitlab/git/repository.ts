import { existsSync } from 'node:fs';
import { init, readBlob, setConfig } from 'isomorphic-git';
import type { Repository } from '../ports.ts';
import { branches, createBranch, deleteBranch } from './branches.ts';
import { commit } from './commit.ts';
import { diff } from './diff.ts';
import { log, mergeBase } from './history.ts';
import { resolve } from './resolve.ts';
import { serial } from './serial.ts';
import { at, flatTree, isNotFound, type Store } from './store.ts';

async function readFile(store: Store, ref: string, path: string) {
  const oid = await resolve(store, ref);
  if (oid === undefined) return undefined;
  try {
    const { oid: blobId, blob } = await readBlob({ ...at(store), oid, filepath: path });
    return { content: blob, blobId };
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

async function tree(store: Store, ref: string) {
  const oid = await resolve(store, ref);
  if (oid === undefined) return [];
  return [...(await flatTree(store, oid))].map(([path, file]) => ({ path, ...file }));
}

function repositoryOf(store: Store): Repository {
  const { dir } = store;
  return {
    dir,
    branches: () => branches(store),
    resolve: (ref) => resolve(store, ref),
    createBranch: (name, commitId) => serial(dir, () => createBranch(store, name, commitId)),
    deleteBranch: (name) => serial(dir, () => deleteBranch(store, name)),
    readFile: (ref, path) => readFile(store, ref, path),
    tree: (ref) => tree(store, ref),
    commit: (input) => serial(dir, () => commit(store, input)),
    log: (ref, options) => log(store, ref, options),
    mergeBase: (a, b) => mergeBase(store, a, b),
    diff: (fromRef, toRef) => diff(store, fromRef, toRef),
  };
}

/**
 * Makes an empty bare repository in `dir`, which it creates, with no `git` program. A real Git may clone from
 * it and push to it at the same time.
 */
export async function createRepository(
  dir: string,
  { defaultBranch }: { readonly defaultBranch: string },
): Promise<Repository> {
  const store: Store = { dir };
  await init({ ...at(store), bare: true, defaultBranch });
  const settings = {
    'http.receivepack': 'true',
    // A clean-up in the background would outlive the test that caused it.
    'receive.autogc': 'false',
    'gc.auto': '0',
    'uploadpack.allowReachableSHA1InWant': 'true',
  };
  for (const [path, value] of Object.entries(settings)) await setConfig({ ...at(store), path, value });
  return repositoryOf(store);
}

/** Opens a repository that is already there. @throws Error where `dir` holds none. */
export async function openRepository(dir: string): Promise<Repository> {
  if (!existsSync(`${dir}/HEAD`)) throw new Error(`There is no Git repository in ${dir}`);
  return repositoryOf({ dir });
}
