import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { readBlob } from 'isomorphic-git';
import { resolve } from '../git/resolve.ts';
import { at, flatTree } from '../git/store.ts';
import type { Repository } from '../ports.ts';

/** gitlab-ci-local would read these as its own settings; to GitLab they are files like others. */
const SETTINGS = /^\.gitlab-ci-local/;

function isSafe(path: string): boolean {
  return path.split('/').every((part) => part !== '' && part !== '..' && part !== '.' && part !== '.git');
}

/**
 * Writes the files of a commit into a folder, without a `git` program and without a `.git` folder, and answers
 * their paths. @throws Error when the commit does not exist.
 */
export async function writeOut(
  repository: Repository,
  commitId: string,
  { folder }: { readonly folder: string },
): Promise<readonly string[]> {
  const store = { dir: repository.dir };
  const oid = await resolve(store, commitId);
  if (oid === undefined) throw new Error('Commit not found');
  const cache = {};
  const written: string[] = [];
  for (const [path, { blobId, mode }] of await flatTree(store, oid, cache)) {
    if (!isSafe(path) || SETTINGS.test(path)) continue;
    const target = join(folder, path);
    await mkdir(mode === '160000' ? target : dirname(target), { recursive: true });
    if (mode === '160000') continue;
    const { blob } = await readBlob({ ...at(store), oid: blobId, cache });
    if (mode === '120000') await symlink(new TextDecoder().decode(blob), target);
    else await writeFile(target, blob, { mode: mode === '100755' ? 0o755 : 0o644 });
    written.push(path);
  }
  return written;
}
