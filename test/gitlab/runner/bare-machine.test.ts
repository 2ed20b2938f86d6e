import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../support/temporary.ts';
import { findProgram } from '../git/find-program.ts';
import { projectRunning, runJob, variable } from './test-support/project.ts';

/** What every Debian has: the essential packages, as far as jobs need them. No git, rsync, curl or Node. */
const ESSENTIAL = [
  'sh',
  'bash',
  'awk',
  'base64',
  'cat',
  'chmod',
  'cp',
  'env',
  'grep',
  'head',
  'id',
  'ls',
  'mkdir',
];
const MORE = ['mktemp', 'printf', 'pwd', 'rm', 'sed', 'sleep', 'sort', 'tr', 'wc'];

async function essentialPath(): Promise<string> {
  const folder = join(await temporaryFolder(), 'bin');
  await mkdir(folder);
  for (const name of [...ESSENTIAL, ...MORE]) {
    const program = findProgram(name);
    if (program !== undefined) await symlink(program, join(folder, name));
  }
  return folder;
}

test('a machine with Node and a bare Debian plans and runs jobs', async () => {
  const path = await essentialPath();
  const project = await projectRunning('cat README.md "$NOTE"; ls -A; git status || echo "git said $?"', {
    path,
  });
  expect(await project.runner.plan(project.request())).toEqual({ jobs: [{ name: 'job', stage: 'test' }] });
  const { status, log } = await runJob(project, { variables: [variable('NOTE', 'from a file\n', 'file')] });
  expect(status).toBe('success');
  const lines = log.split('\n');
  expect(lines).toEqual(
    expect.arrayContaining(['# Project', 'from a file', '.gitlab-ci.yml', 'git said 127']),
  );
  expect(lines).not.toContain('.git');
  expect(log).toContain('git: this machine has no git');
});
