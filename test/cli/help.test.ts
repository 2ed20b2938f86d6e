import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeWith } from '../support/needs.ts';
import { type ShippedProgram, shippedProgram } from './shipped-program.ts';

/** The program is started once for each command, on a machine that may be busy. */
const LIMIT = 120_000;

let program: ShippedProgram;
beforeAll(() => {
  program = shippedProgram();
});
afterAll(() => program.remove());

/** What the shell is offered after some words, without what it means. */
async function offered(...words: readonly string[]): Promise<readonly string[]> {
  const { status, stdout, stderr } = await program.beckon(['complete', '--', ...words]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout.split('\n').flatMap((line) => /^([^:\t]+)\t?/.exec(line)?.[1] ?? []);
}

const WITHOUT_EXAMPLES = ['help'];

describe('beckon --help', { timeout: LIMIT }, () => {
  it('shows of every command examples, with options that it has', async () => {
    const top = await offered('');
    expect(top).toContain('setup');
    const inner = ['flow', 'hook', 'runs'].map(async (name) =>
      (await offered(name, '')).map((one) => [name, one]),
    );
    const names = [...top.map((name) => [name]), ...(await Promise.all(inner)).flat()];
    for (const name of names.filter((one) => !WITHOUT_EXAMPLES.includes(one.at(-1) ?? ''))) {
      const { status, stdout } = await program.beckon([...name, '--help']);
      expect(status).toBe(0);
      const [options = '', examples = ''] = stdout.split(/\nExamples?:\n/);
      expect(examples).toContain(`beckon ${name[0]}`);
      for (const [option] of examples.matchAll(/(?<= )--[a-z-]+/g))
        if (option !== '--config') expect(options).toContain(option);
    }
  });

  it('colours nothing and shows no progress where nobody looks', async () => {
    const { stdout, stderr } = await program.beckon(['flow', 'list']);
    expect(stdout + stderr).not.toContain('\u001b');
  });
});

describeWith(['bash'], 'beckon completion', () => {
  it('prints a script for each shell, and what it asks for', { timeout: LIMIT }, async () => {
    const { status, stdout } = await program.beckon(['completion', 'bash']);
    expect(status).toBe(0);
    expect(spawnSync('bash', ['-n'], { input: stdout })).toMatchObject({ status: 0 });
    for (const shell of ['zsh', 'fish'])
      expect((await program.beckon(['completion', shell])).stdout).toContain('beckon complete');
    expect((await program.beckon(['completion', 'tcsh'])).status).toBe(2);
    expect(await offered('hook', 's')).toEqual(['sync']);
    expect(await offered('setup', '--')).toEqual(expect.arrayContaining(['--yes', '--dry-run', '--json']));
  });
});
