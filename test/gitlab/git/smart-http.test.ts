import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { fastify } from 'fastify';
import { expect, onTestFinished, test } from 'vitest';
import { describeWith } from '../../support/needs.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { createRepository } from './repository.ts';
import { type RefChange, type SmartHttpOptions, smartHttp } from './smart-http.ts';
import { ann } from './test-support/ann.ts';
import { runGit } from './test-support/run-git.ts';

/** A server with one project, `group/sub/project`: the password `writer` may push, `reader` may fetch. */
async function serving({ git }: Pick<SmartHttpOptions, 'git'> = {}) {
  const folder = await temporaryFolder();
  const repository = await createRepository(join(folder, '1.git'), { defaultBranch: 'main' });
  const actions = [{ action: 'create', path: 'README.md', content: '# Project\n' }] as const;
  const first = await repository.commit({ branch: 'main', message: 'Start', author: ann, actions });
  const pushes: { path: string; changes: RefChange[] }[] = [];
  const app = fastify();
  app.register(smartHttp, {
    prefix: '/gitlab',
    ...(git === undefined ? {} : { git }),
    find: async (path: string) => {
      if (path !== 'group/sub/project') return undefined;
      return {
        repository,
        may: async ({ password }, right) =>
          password === 'writer' || (password === 'reader' && right === 'read'),
      };
    },
    onPush: (path, changes) => pushes.push({ path, changes }),
  } satisfies SmartHttpOptions & { prefix: string });
  app.get('/gitlab/api/v4/info/refs', async () => 'not ours');
  const { host } = new URL(await app.listen({ host: '127.0.0.1', port: 0 }));
  onTestFinished(() => app.close());
  const url = (who: string) => `http://${who}${host}/gitlab/group/sub/project.git`;
  return { repository, first, pushes, folder, url };
}

async function cloned(served: Awaited<ReturnType<typeof serving>>, who: string): Promise<string> {
  await runGit(served.folder, 'clone', '--quiet', served.url(who), 'work');
  return join(served.folder, 'work');
}

describeWith(['git'], 'Git over HTTP', () => {
  test('a clone and a push go through, and the push is reported once it is done', async () => {
    const served = await serving();
    const work = await cloned(served, 'oauth2:writer@');
    await writeFile(join(work, 'README.md'), '# New\n');
    await runGit(work, 'commit', '--quiet', '--all', '--message', 'New');
    const head = (await runGit(work, 'rev-parse', 'HEAD')).trim();
    await runGit(work, 'push', '--quiet', 'origin', 'HEAD:main', 'HEAD:refs/heads/workloads/x');
    expect(await served.repository.resolve('workloads/x')).toBe(head);
    const zero = '0'.repeat(40);
    expect(served.pushes).toEqual([
      {
        path: 'group/sub/project',
        changes: [
          { ref: 'refs/heads/main', before: served.first, after: head, username: 'oauth2' },
          { ref: 'refs/heads/workloads/x', before: zero, after: head, username: 'oauth2' },
        ],
      },
    ]);
    await runGit(work, 'push', '--quiet', 'origin', ':workloads/x');
    expect(served.pushes[1]?.changes).toMatchObject([{ before: head, after: zero }]);
  });

  test('a ref that Git refuses is not reported beside one that it takes', async () => {
    const served = await serving();
    const work = await cloned(served, 'oauth2:writer@');
    const actions = [{ action: 'create', path: 'other', content: '' }] as const;
    await served.repository.commit({ branch: 'main', message: 'Meanwhile', author: ann, actions });
    await writeFile(join(work, 'README.md'), '# New\n');
    await runGit(work, 'commit', '--quiet', '--all', '--message', 'New');
    await runGit(served.repository.dir, 'config', 'receive.denyNonFastForwards', 'true');
    await expect(runGit(work, 'push', '--force', 'origin', 'HEAD:main', 'HEAD:new')).rejects.toThrow(
      'denying',
    );
    expect(served.pushes.flatMap(({ changes }) => changes.map(({ ref }) => ref))).toEqual(['refs/heads/new']);
  });

  test('a big pack streams through', async () => {
    const served = await serving();
    const work = await cloned(served, 'oauth2:writer@');
    const content = randomBytes(6_000_000);
    await writeFile(join(work, 'big'), content);
    await runGit(work, 'add', 'big');
    await runGit(work, 'commit', '--quiet', '--message', 'Big');
    await runGit(work, 'push', '--quiet', 'origin', 'HEAD:big');
    expect(
      content.equals((await served.repository.readFile('big', 'big'))?.content ?? content.subarray(1)),
    ).toBe(true);
    await runGit(served.folder, 'clone', '--quiet', '--branch', 'big', served.url('oauth2:reader@'), 'again');
  });

  test('who may not read or write is told so in the way Git expects', async () => {
    const served = await serving();
    await expect(cloned(served, '')).rejects.toThrow('could not read Username');
    await expect(cloned(served, 'oauth2:wrong@')).rejects.toThrow('Authentication failed');
    const work = await cloned(served, 'oauth2:reader@');
    await expect(runGit(work, 'push', 'origin', 'HEAD:new')).rejects.toThrow('403');
    expect(await served.repository.resolve('new')).toBeUndefined();
    const challenge = await fetch(`${served.url('')}/info/refs?service=git-upload-pack`);
    expect([challenge.status, challenge.headers.get('www-authenticate')]).toEqual([
      401,
      'Basic realm="GitLab"',
    ]);
  });

  test('a compressed request is understood', async () => {
    const served = await serving();
    const want = `0032want ${served.first}\n00000009done\n`;
    const answer = await fetch(`${served.url('')}/git-upload-pack`, {
      method: 'POST',
      headers: {
        authorization: `Basic ${btoa('oauth2:reader')}`,
        'content-type': 'application/x-git-upload-pack-request',
        'content-encoding': 'gzip',
      },
      body: gzipSync(want),
    });
    const pack = new TextDecoder('latin1').decode(await answer.arrayBuffer());
    expect(pack.startsWith('0008NAK\nPACK')).toBe(true);
  });

  test.each([
    ['/group/sub/other.git/info/refs?service=git-upload-pack', 404],
    ['/group/sub/project.git/info/refs', 403],
    ['/group/sub/project/info/refs?service=git-upload-pack', 404],
    ['/group/..%2fsub/project.git/info/refs?service=git-upload-pack', 404],
    ['/group/sub/..%2f..%2fproject.git/info/refs?service=git-upload-pack', 404],
    ['/group/%2e%2e/project.git/info/refs?service=git-upload-pack', 404],
    ['/group/sub/project.git/objects/info/packs', 404],
    ['/group/sub/project.git/HEAD', 404],
    ['/api/v4/info/refs', 200],
  ])('GET %s answers %i', async (path, status) => {
    const served = await serving();
    const base = served.url('').replace('/group/sub/project.git', '');
    const answer = await fetch(base + path, { headers: { authorization: `Basic ${btoa('oauth2:writer')}` } });
    expect(answer.status).toBe(status);
  });
});

test('without a git program every route says what is missing', async () => {
  const served = await serving({ git: false });
  const answer = await fetch(`${served.url('')}/info/refs?service=git-upload-pack`);
  expect([answer.status, await answer.text()]).toEqual([501, expect.stringContaining('apt-get install git')]);
});
