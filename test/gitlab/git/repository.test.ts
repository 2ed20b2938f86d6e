import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { describeWith } from '../../support/needs.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import type { FileAction, Repository } from '../ports.ts';
import { createRepository, openRepository } from './repository.ts';
import { ann } from './test-support/ann.ts';
import { runGit } from './test-support/run-git.ts';

const text = (content: Uint8Array | undefined) => new TextDecoder().decode(content);

async function emptyRepository(): Promise<Repository> {
  return createRepository(join(await temporaryFolder(), 'project.git'), { defaultBranch: 'main' });
}

function commitTo(repository: Repository, branch: string, actions: readonly FileAction[], startRef?: string) {
  const start = startRef === undefined ? {} : { startRef };
  return repository.commit({ branch, message: `Change ${branch}`, author: ann, actions, ...start });
}

async function seeded(): Promise<{ repository: Repository; first: string }> {
  const repository = await emptyRepository();
  const first = await commitTo(repository, 'main', [
    { action: 'create', path: 'README.md', content: '# Project\n' },
    { action: 'create', path: 'src/deep/run.sh', content: 'echo hi\n', executable: true },
  ]);
  return { repository, first };
}

describe('an empty repository', () => {
  test('has no branch, no commit, no file', async () => {
    const repository = await emptyRepository();
    expect(await repository.branches()).toEqual([]);
    expect(await repository.resolve('main')).toBeUndefined();
    expect(await repository.resolve('HEAD')).toBeUndefined();
    expect(await repository.readFile('main', 'README.md')).toBeUndefined();
    expect(await repository.tree('main')).toEqual([]);
    expect(await repository.log('main')).toEqual([]);
    expect(await repository.mergeBase('main', 'main')).toBeUndefined();
    await expect(repository.diff('main', 'main')).rejects.toThrow("Reference 'main' not found");
  });

  test('takes its first commit on any branch', async () => {
    const repository = await emptyRepository();
    const id = await commitTo(repository, 'trunk', [{ action: 'create', path: 'a', content: 'a' }]);
    expect(await repository.branches()).toEqual([{ name: 'trunk', commitId: id }]);
  });
});

describe('reading', () => {
  test('resolves names, full refs, whole and short ids', async () => {
    const { repository, first } = await seeded();
    for (const ref of ['main', 'refs/heads/main', 'HEAD', first, first.slice(0, 8)])
      expect(await repository.resolve(ref), ref).toBe(first);
    for (const ref of ['nope', '', '../../HEAD', 'f'.repeat(40), 'fffffff'])
      expect(await repository.resolve(ref), ref).toBeUndefined();
  });

  test('reads files, and answers nothing for folders and what is not there', async () => {
    const { repository } = await seeded();
    expect(text((await repository.readFile('main', 'src/deep/run.sh'))?.content)).toBe('echo hi\n');
    expect(await repository.readFile('main', 'src/deep')).toBeUndefined();
    expect(await repository.readFile('main', 'src/none')).toBeUndefined();
    const files = await repository.tree('main');
    expect(files.map(({ path, mode }) => [path, mode])).toEqual([
      ['README.md', '100644'],
      ['src/deep/run.sh', '100755'],
    ]);
  });

  test('is opened again from disk', async () => {
    const { repository, first } = await seeded();
    expect(await (await openRepository(repository.dir)).resolve('main')).toBe(first);
    await expect(openRepository(`${repository.dir}-none`)).rejects.toThrow('There is no Git repository');
  });
});

describe('branches', () => {
  test('are created on a commit and deleted', async () => {
    const { repository, first } = await seeded();
    await repository.createBranch('workloads/1', first);
    expect((await repository.branches()).map(({ name }) => name)).toEqual(['main', 'workloads/1']);
    await repository.deleteBranch('workloads/1');
    expect(await repository.resolve('workloads/1')).toBeUndefined();
  });

  test.each([
    ['main', 'Branch already exists'],
    ['main/sub', 'conflicts with existing branch hierarchy'],
    ['two..dots', 'Branch name is invalid'],
    ['white space', 'Branch name is invalid'],
    ['../escape', 'Branch name is invalid'],
    ['x.lock', 'Branch name is invalid'],
  ])('refuses %s', async (name, message) => {
    const { repository, first } = await seeded();
    await expect(repository.createBranch(name, first)).rejects.toThrow(message);
  });

  test('refuses an unknown start and an unknown branch to delete', async () => {
    const { repository } = await seeded();
    await expect(repository.createBranch('x', 'nope')).rejects.toThrow("invalid reference name 'nope'");
    await expect(repository.deleteBranch('nope')).rejects.toThrow('404 Branch Not Found');
  });
});

describe('commits', () => {
  test('start a branch from a ref and leave the other alone', async () => {
    const { repository, first } = await seeded();
    const second = await commitTo(
      repository,
      'feature',
      [
        { action: 'update', path: 'README.md', content: '# New\n' },
        { action: 'delete', path: 'src/deep/run.sh' },
      ],
      'main',
    );
    expect(await repository.resolve('main')).toBe(first);
    expect((await repository.tree('feature')).map(({ path }) => path)).toEqual(['README.md']);
    expect(await repository.log('feature')).toEqual([
      { id: second, parentIds: [first], message: 'Change feature\n', author: ann, committer: ann },
      { id: first, parentIds: [], message: 'Change main\n', author: ann, committer: ann },
    ]);
    expect((await repository.log('feature', { since: 'main' })).map(({ id }) => id)).toEqual([second]);
    expect(await repository.log('feature', { limit: 1 })).toHaveLength(1);
    expect(await repository.mergeBase('feature', 'main')).toBe(first);
  });

  test.each<[FileAction, string]>([
    [{ action: 'create', path: 'README.md', content: '' }, 'already exists'],
    [{ action: 'update', path: 'none', content: '' }, "doesn't exist"],
    [{ action: 'delete', path: 'none' }, "doesn't exist"],
    [{ action: 'create', path: '../x', content: '' }, 'invalid path'],
    [{ action: 'create', path: '.git/config', content: '' }, 'invalid path'],
    [{ action: 'create', path: 'README.md/x', content: '' }, 'already exists'],
  ])('refuse %o', async (action, message) => {
    const { repository, first } = await seeded();
    await expect(commitTo(repository, 'main', [action])).rejects.toThrow(message);
    expect(await repository.resolve('main')).toBe(first);
  });

  test('refuse a branch that is not there without a start', async () => {
    const { repository } = await seeded();
    await expect(commitTo(repository, 'new', [])).rejects.toThrow('when you are on a branch');
    await expect(commitTo(repository, 'new', [], 'nope')).rejects.toThrow("Reference 'nope' not found");
  });

  test('made at the same time on one branch all stay', async () => {
    const { repository } = await seeded();
    const paths = ['a', 'b', 'c', 'd'];
    await Promise.all(
      paths.map((path) => commitTo(repository, 'main', [{ action: 'create', path, content: path }])),
    );
    expect((await repository.tree('main')).map(({ path }) => path)).toEqual(expect.arrayContaining(paths));
  });
});

describe('differences', () => {
  test('tell new, deleted, moved, changed and binary files', async () => {
    const { repository } = await seeded();
    await commitTo(
      repository,
      'feature',
      [
        { action: 'update', path: 'README.md', content: '# Project\n\nMore' },
        { action: 'delete', path: 'src/deep/run.sh' },
        { action: 'create', path: 'bin/run.sh', content: 'echo hi\n', executable: true },
        { action: 'create', path: 'logo.png', content: new Uint8Array([137, 80, 0, 1]) },
      ],
      'main',
    );
    expect(await repository.diff('main', 'feature')).toEqual([
      {
        oldPath: 'README.md',
        newPath: 'README.md',
        newFile: false,
        deletedFile: false,
        binary: false,
        diff: '@@ -1 +1,3 @@\n # Project\n+\n+More\n\\ No newline at end of file\n',
      },
      {
        oldPath: 'src/deep/run.sh',
        newPath: 'bin/run.sh',
        newFile: false,
        deletedFile: false,
        binary: false,
        diff: '',
      },
      { oldPath: 'logo.png', newPath: 'logo.png', newFile: true, deletedFile: false, binary: true, diff: '' },
    ]);
    const back = await repository.diff('feature', 'main');
    expect(back.find(({ newPath }) => newPath === 'logo.png')).toMatchObject({ deletedFile: true });
  });
});

describeWith(['git'], 'beside a real Git', () => {
  test('commits that Git pushed are seen at once', async () => {
    const { repository } = await seeded();
    const clone = await temporaryFolder();
    await runGit(clone, 'clone', '--quiet', repository.dir, 'work');
    const work = join(clone, 'work');
    expect(await readFile(join(work, 'README.md'), 'utf8')).toBe('# Project\n');
    for (const round of [1, 2]) {
      await writeFile(join(work, 'README.md'), `round ${round}\n`);
      await runGit(work, 'commit', '--quiet', '--all', '--message', `Round ${round}`);
      await runGit(work, 'push', '--quiet', 'origin', 'HEAD:main', 'HEAD:refs/heads/copy/a');
      expect(await repository.resolve('copy/a')).toBe((await runGit(work, 'rev-parse', 'HEAD')).trim());
      expect(text((await repository.readFile('main', 'README.md'))?.content)).toBe(`round ${round}\n`);
    }
    await runGit(work, 'push', '--quiet', 'origin', ':copy/a');
    expect(await repository.resolve('copy/a')).toBeUndefined();
  });

  test('packed refs and packed objects are read', async () => {
    const { repository, first } = await seeded();
    await commitTo(repository, 'main', [{ action: 'update', path: 'README.md', content: '# Two\n' }]);
    await runGit(repository.dir, 'gc', '--quiet', '--prune=now');
    expect(await repository.resolve(first.slice(0, 10))).toBe(first);
    expect(text((await repository.readFile('main', 'README.md'))?.content)).toBe('# Two\n');
  });

  test('who reads beside us never finds a half of what we write', async () => {
    const { repository, first } = await seeded();
    const seen = new Set<string>();
    let isOver = false;
    async function read(): Promise<void> {
      const ref = join(repository.dir, 'refs/heads/work');
      while (!isOver) seen.add(await readFile(ref, 'utf8').catch(() => 'none'));
    }
    const reading = [read(), read()];
    for (let count = 0; count < 300; count += 1) {
      await repository.createBranch('work', first);
      await repository.deleteBranch('work');
    }
    isOver = true;
    await Promise.all(reading);
    expect([...seen].sort()).toEqual([`${first}\n`, 'none'].sort());
  });

  test('what we write is sound to Git, and the diff is the same', async () => {
    const { repository, first } = await seeded();
    const lines = Array.from({ length: 60 }, (_, index) => `line ${index}`);
    await commitTo(repository, 'main', [
      { action: 'create', path: 'long', content: `${lines.join('\n')}\n` },
    ]);
    const before = await repository.resolve('main');
    const changed = lines.toSpliced(50, 1, 'fifty').toSpliced(10, 2).toSpliced(0, 0, 'zero');
    await commitTo(repository, 'main', [
      { action: 'update', path: 'long', content: changed.join('\n') },
      { action: 'update', path: 'README.md', content: '' },
      { action: 'create', path: 'one', content: 'x\n' },
    ]);
    expect(await runGit(repository.dir, 'fsck', '--strict')).toBe('');
    for (const from of [before, first]) {
      for (const { newPath, diff } of await repository.diff(from ?? '', 'main')) {
        const git = await runGit(repository.dir, 'diff', '--no-color', from ?? '', 'main', '--', newPath);
        // Git puts the line above the hunk after the second @@, as the name of the function.
        const theirs = git.slice(git.indexOf('@@ ')).replace(/^(@@ .* @@).*$/gm, '$1');
        expect(diff, newPath).toBe(theirs);
      }
    }
  });
});
