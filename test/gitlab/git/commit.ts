import { writeCommit, writeRef } from 'isomorphic-git';
import type { Repository, Signature } from '../ports.ts';
import { isBranchName } from './branches.ts';
import { editFiles } from './edit-files.ts';
import { resolve } from './resolve.ts';
import { at, flatTree, refValue, type Store, type TreeFile } from './store.ts';
import { writeFiles } from './write-files.ts';

type CommitInput = Parameters<Repository['commit']>[0];

function stamp({ name, email, date }: Signature, now: Date) {
  return { name, email, timestamp: Math.floor((date ?? now).getTime() / 1000), timezoneOffset: 0 };
}

async function isEmpty(store: Store): Promise<boolean> {
  return (await resolve(store, 'HEAD')) === undefined;
}

/** The commit that a new one on `branch` follows; nothing for the first commit of a repository. */
async function parentOf(
  input: CommitInput,
  branchHead: string | undefined,
  store: Store,
): Promise<string | undefined> {
  if (branchHead !== undefined) return branchHead;
  if (input.startRef !== undefined) {
    const start = await resolve(store, input.startRef);
    if (start === undefined) throw new Error(`Reference '${input.startRef}' not found`);
    return start;
  }
  if (await isEmpty(store)) return undefined;
  throw new Error('You can only create or edit files when you are on a branch');
}

/**
 * Writes one commit and moves the branch to it; see {@link Repository.commit}. The message ends with a line break, as
 * `git commit` leaves it.
 *
 * @throws Error with GitLab's texts for a bad branch name, an unknown start and impossible file actions.
 */
export async function commit(store: Store, input: CommitInput): Promise<string> {
  if (!isBranchName(input.branch)) throw new Error('Branch name is invalid');
  const ref = `refs/heads/${input.branch}`;
  const parent = await parentOf(input, await refValue(store, ref), store);
  const files = parent === undefined ? new Map<string, TreeFile>() : await flatTree(store, parent);
  const tree = await writeFiles(await editFiles(files, input.actions, { store }), store);
  const now = new Date();
  const id = await writeCommit({
    ...at(store),
    commit: {
      message: input.message,
      tree,
      parent: parent === undefined ? [] : [parent],
      author: stamp(input.author, now),
      committer: stamp(input.committer ?? input.author, now),
    },
  });
  await writeRef({ ...at(store), ref, value: id, force: true });
  return id;
}
