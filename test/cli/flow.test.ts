import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openScene, PROJECT } from './scene.ts';
import { type ShippedProgram, shippedProgram, TINY_FLOW } from './shipped-program.ts';

/** Each test starts the program several times, on a machine that may be busy. */
const LIMIT = 60_000;
const PATH = '.gitlab/duo/flows/tiny.yaml';

let program: ShippedProgram;
beforeAll(() => {
  program = shippedProgram();
});
afterAll(() => program.remove());

describe('beckon flow', { timeout: LIMIT }, () => {
  it('lists each flow with what it is and the variables it needs', async () => {
    const { status, stdout } = await program.beckon(['flow', 'list']);
    expect(status).toBe(0);
    expect(stdout).toContain(`tiny: Tiny (https://tiny.example.com) as an external agent.
  TINY_API_KEY            the key of the provider
  TINY_MODEL
  GITLAB_TOKEN_<AGENT>    the agent's token, to push.
`);
  });

  it('shows a flow file as it is', async () => {
    expect(await program.beckon(['flow', 'show', 'tiny'])).toEqual({
      status: 0,
      stdout: TINY_FLOW,
      stderr: '',
    });
  });

  it('suggests the nearest name', async () => {
    const { status, stderr } = await program.beckon(['flow', 'show', 'tinny']);
    expect(status).toBe(1);
    expect(stderr).toBe('There is no flow tinny.\nDid you mean tiny? `beckon flow list` has all.\n');
    expect(await program.beckon(['flow', 'nonsense'])).toMatchObject({ status: 2 });
  });
});

describe('beckon flow add', { timeout: LIMIT }, () => {
  const add = (...args: readonly string[]) => program.beckon(['flow', 'add', 'tiny', ...args]);

  it('writes the file below the current folder, says what comes next, and never drops other content', async () => {
    const file = join(program.folder, PATH);
    const { status, stdout } = await add();
    expect(status).toBe(0);
    expect(stdout).toContain(`${PATH} is written.`);
    expect(stdout).toContain('environment scope ai-flow/tiny:\n  TINY_API_KEY');
    expect(stdout).toContain(`flow: ${PATH}`);
    expect(readFileSync(file, 'utf8')).toBe(TINY_FLOW);

    expect(await add()).toMatchObject({ status: 0, stdout: expect.stringContaining('is there already') });
    writeFileSync(file, 'mine\n');
    expect(await add()).toMatchObject({
      status: 1,
      stderr: `${PATH} is there with other content.\n--force replaces it.\n`,
    });
    expect(readFileSync(file, 'utf8')).toBe('mine\n');
    expect(await add('--force')).toMatchObject({ status: 0 });
    expect(readFileSync(file, 'utf8')).toBe(TINY_FLOW);
  });

  it('writes where it is told', async () => {
    expect(await add('--path', 'flows/mine.yaml')).toMatchObject({ status: 0 });
    expect(existsSync(join(program.folder, 'flows/mine.yaml'))).toBe(true);
  });

  it('offers it to a project, once', async () => {
    const { file, mergeRequests, world, gitlab } = await openScene({ program });
    const first = await add('--project', PROJECT);
    expect(first).toMatchObject({ status: 0, stderr: '' });
    expect(first.stdout).toMatch(/^The merge request is opened: http\S+merge_requests\/1\n/);
    expect(await file(PATH, 'beckon/flow-tiny')).toBe(TINY_FLOW);
    expect((await add('--project', PROJECT)).stdout).toMatch(/^The merge request is unchanged: /);
    expect(mergeRequests()).toHaveLength(1);

    const [mergeRequest] = mergeRequests();
    if (mergeRequest === undefined) throw new Error('there is no merge request');
    await world.merge({ mergeRequest, by: 'root' });
    expect((await add('--project', PROJECT)).stdout).toMatch(/is there already/);
    expect(gitlab.violations).toEqual([]);
  });

  it('replaces a flow of the project only when it is told to', async () => {
    const { mergeRequests } = await openScene({ program, project: { files: { [PATH]: 'mine\n' } } });
    expect(await add('--project', PROJECT)).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('other content'),
    });
    expect(mergeRequests()).toEqual([]);
    expect(await add('--project', PROJECT, '--force')).toMatchObject({ status: 0 });
    expect(mergeRequests()).toMatchObject([{ title: 'Update the flow of the agent tiny' }]);
  });
});
