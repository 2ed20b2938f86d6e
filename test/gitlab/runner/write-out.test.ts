import { lstat, mkdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { writeBlob, writeCommit } from 'isomorphic-git';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../support/temporary.ts';
import { createRepository } from '../git/repository.ts';
import { at } from '../git/store.ts';
import { writeFiles } from '../git/write-files.ts';
import { writeOut } from './write-out.ts';

async function repositoryWith(files: Readonly<Record<string, string>>) {
  const folder = await temporaryFolder();
  const repository = await createRepository(join(folder, 'project.git'), { defaultBranch: 'main' });
  const store = { dir: repository.dir };
  const blobId = await writeBlob({ ...at(store), blob: new TextEncoder().encode('src/tool') });
  const tree = await writeFiles(
    new Map(Object.entries(files).map(([path, mode]) => [path, { blobId, mode }])),
    store,
  );
  const author = { name: 'Ann', email: 'ann@example.com', timestamp: 0, timezoneOffset: 0 };
  const commit = { message: 'x', tree, parent: [], author, committer: author };
  const commitId = await writeCommit({ ...at(store), commit });
  const checkout = join(folder, 'checkout');
  await mkdir(checkout);
  return { repository, commitId, folder: checkout };
}

test('files keep their kind', async () => {
  const { repository, commitId, folder } = await repositoryWith({
    'src/plain': '100644',
    'src/tool': '100755',
    link: '120000',
    module: '160000',
  });
  const written = await writeOut(repository, commitId, { folder });
  expect([...written].sort()).toEqual(['link', 'src/plain', 'src/tool']);
  expect(await readFile(join(folder, 'src/plain'), 'utf8')).toBe('src/tool');
  const executable = async (path: string) => ((await lstat(join(folder, path))).mode & 0o100) !== 0;
  expect([await executable('src/plain'), await executable('src/tool')]).toEqual([false, true]);
  expect(await readlink(join(folder, 'link'))).toBe('src/tool');
  expect((await lstat(join(folder, 'module'))).isDirectory()).toBe(true);
});

test('what gitlab-ci-local would take for its own settings stays out', async () => {
  const { repository, commitId, folder } = await repositoryWith({
    '.gitlab-ci-local-env': '100644',
    '.gitlab-ci-local.yml': '100644',
    '.gitlab-ci.yml': '100644',
  });
  expect(await writeOut(repository, commitId, { folder })).toEqual(['.gitlab-ci.yml']);
});

test('a commit that is not there is an error', async () => {
  const { repository, folder } = await repositoryWith({ a: '100644' });
  await expect(writeOut(repository, 'f'.repeat(40), { folder })).rejects.toThrow('Commit not found');
});
