import { deleteRef, listBranches, writeRef } from 'isomorphic-git';
import { resolve } from './resolve.ts';
import { at, refValue, type Store } from './store.ts';

const REF = 'refs/heads/';

/** All branches with the commit each points at, by name. */
export async function branches(store: Store): Promise<{ name: string; commitId: string }[]> {
  const names = (await listBranches(at(store))).sort();
  const found: { name: string; commitId: string }[] = [];
  for (const name of names) {
    const commitId = await refValue(store, REF + name);
    if (commitId !== undefined) found.push({ name, commitId });
  }
  return found;
}

/** Git's rules for a branch name (`git check-ref-format --branch`), as far as people break them. */
export function isBranchName(name: string): boolean {
  if (name === '' || name === 'HEAD' || name === '@' || name.startsWith('-') || name.endsWith('.'))
    return false;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what Git forbids here.
  if (/[\x00-\x20\x7f~^:?*[\\]|\.\.|@\{|\/\//.test(name)) return false;
  return name.split('/').every((part) => part !== '' && !part.startsWith('.') && !part.endsWith('.lock'));
}

/**
 * Creates a branch on an existing commit.
 *
 * @throws Error with GitLab's own words when the name is taken or not allowed, stands in the way of a branch
 * that is there (`a` beside `a/b`), or the commit does not exist.
 */
export async function createBranch(store: Store, name: string, commitId: string): Promise<void> {
  if (!isBranchName(name)) throw new Error('Branch name is invalid');
  const names = await listBranches(at(store));
  if (names.includes(name)) throw new Error('Branch already exists');
  if (names.some((other) => other.startsWith(`${name}/`) || name.startsWith(`${other}/`)))
    throw new Error(
      `Failed to create branch '${name}': Branch name conflicts with existing branch hierarchy.`,
    );
  const value = await resolve(store, commitId);
  if (value === undefined)
    throw new Error(`Failed to create branch '${name}': invalid reference name '${commitId}'`);
  await writeRef({ ...at(store), ref: REF + name, value, force: false });
}

/** Deletes a branch. @throws Error in GitLab's words when there is none of that name. */
export async function deleteBranch(store: Store, name: string): Promise<void> {
  if ((await refValue(store, REF + name)) === undefined) throw new Error('404 Branch Not Found');
  await deleteRef({ ...at(store), ref: REF + name });
}
