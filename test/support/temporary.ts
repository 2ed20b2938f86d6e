import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A new empty folder that any account may walk through: a test's root may start a server as another one. */
export async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'beckon-test-'));
  await chmod(folder, 0o755);
  return folder;
}

/** The same, removed after the test that asks for it. */
export async function temporaryFolder(onFinished = onTestFinished): Promise<string> {
  const folder = await newFolder();
  onFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
