import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { sweep } from '../../src/queue/embedded/postgres-server.ts';
import { temporaryFolder } from '../support/temporary.ts';

const NOBODY = { files: '', log: '', socketDir: '', account: undefined };

it('does not stumble over files that another process still creates', async () => {
  const path = await temporaryFolder();
  const half = join(path, 'postgres.new-1');
  let isOver = false;
  async function create(): Promise<void> {
    for (let count = 0; !isOver; count += 1) {
      const folder = join(half, String(count % 20));
      await mkdir(folder, { recursive: true }).catch(() => {});
      await writeFile(join(folder, String(count)), 'x').catch(() => {});
    }
  }
  const creating = [create(), create(), create(), create()];
  for (let count = 0; count < 50; count += 1) await sweep({ ...NOBODY, path });
  isOver = true;
  await Promise.all(creating);
  await sweep({ ...NOBODY, path });
  expect(existsSync(half)).toBe(false);
});
