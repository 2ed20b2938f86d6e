import { chmod, mkdir, readlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ensureLinks, postgresBinaries } from '../../src/queue/embedded/postgres-binaries.ts';
import { blockedFolder } from '../../src/queue/embedded/server-account.ts';
import { temporaryFolder } from '../support/temporary.ts';

describe('the programs of PostgreSQL', () => {
  test.each(['linux-mips', 'freebsd-x64', 'windows-x64'])(
    'are missed on %s, with a way out',
    async (platform) => {
      await expect(postgresBinaries(platform)).rejects.toMatchObject({
        code: 'queue_no_binary',
        hint: expect.stringContaining('queue.url'),
      });
    },
  );

  test('get the links of their libraries where install scripts are off', async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'native/lib'), { recursive: true });
    const links = [
      { source: 'native/lib/libpq.so.5.18', target: 'native/lib/libpq.so.5' },
      { source: 'native/lib/libpq.so.5.18', target: 'native/lib/libpq.so' },
    ];
    await writeFile(join(folder, 'native/pg-symlinks.json'), JSON.stringify(links));
    await ensureLinks(folder);
    await ensureLinks(folder);
    expect(await readlink(join(folder, 'native/lib/libpq.so'))).toBe('libpq.so.5.18');
    expect(await readlink(join(folder, 'native/lib/libpq.so.5'))).toBe('libpq.so.5.18');
  });
});

describe('the folder that blocks an account', () => {
  test('is the outermost one without the right to walk through', async () => {
    const folder = await temporaryFolder();
    const outer = join(folder, 'outer');
    const inner = join(outer, 'inner');
    await mkdir(join(inner, 'data'), { recursive: true });
    const stranger = { uid: 4_242, gid: 4_242 };
    expect(await blockedFolder(join(inner, 'data'), stranger)).toBeUndefined();
    await chmod(inner, 0o750);
    expect(await blockedFolder(join(inner, 'data'), stranger)).toBe(inner);
    await chmod(outer, 0o700);
    expect(await blockedFolder(join(inner, 'data'), stranger)).toBe(outer);
    const owner = { uid: process.getuid?.() ?? 0, gid: 4_242 };
    expect(await blockedFolder(join(inner, 'data'), owner)).toBeUndefined();
    const group = { uid: 4_242, gid: process.getgid?.() ?? 0 };
    await chmod(outer, 0o710);
    expect(await blockedFolder(join(inner, 'data'), group)).toBeUndefined();
  });
});
