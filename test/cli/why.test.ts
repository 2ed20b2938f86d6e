import { appendFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noteUrl } from '../gitlab/world/urls.ts';
import { newFolder } from '../support/temporary.ts';
import { openScene } from './scene.ts';
import { type ShippedProgram, shippedProgram } from './shipped-program.ts';

let program: ShippedProgram;
/** Of one queue for all tests, as making its files takes the longest. */
let dataDir: string;
beforeAll(async () => {
  program = shippedProgram();
  dataDir = await newFolder();
});
afterAll(async () => {
  program.remove();
  await rm(dataDir, { recursive: true, force: true });
});

describe('beckon why', { timeout: 120_000 }, () => {
  async function open({ operator }: { operator?: 'maintainer' } = {}) {
    const scene = await openScene({ program, ...(operator === undefined ? {} : { operator }) });
    await appendFile(join(program.folder, 'config/beckon.yaml'), `queue: { dataDir: "${dataDir}/data" }\n`);
    const { world, project } = scene;
    const ada = world.addUser({ username: 'ada' });
    world.addMember({ user: ada, project, level: 'developer' });
    const issue = world.openIssue({ project, author: ada, title: 'Basket' });
    const note = world.comment({ issue, author: ada, body: '@claude-bot a secret plan' });
    return { ...scene, url: noteUrl(note, world) };
  }

  it('says a line of each thing that was looked at, and the most likely reason at the end', async () => {
    const { url } = await open({ operator: 'maintainer' });
    const { status, stdout, stderr } = await program.beckon(['why', url]);
    expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
    expect(stdout).toMatch(
      /^Project\n {2}✓ acme\/web\/shop is covered by the triggers claude\.\nRuns\n {2}\? No run is for this comment\.\nDeliveries\n {2}\? No delivery/,
    );
    expect(stdout).toMatch(
      /\n {2}✓ @ada wrote it at .*\n {2}✓ It mentions @claude-bot\.\nWho asked\n {2}✓ @ada may/,
    );
    expect(stdout.split('\n\n').at(-1)).toMatch(
      /^No webhook leads to Beckon: .*\nRegister it .*\/-\/hooks\n$/,
    );
    expect(stdout).not.toMatch(/secret plan|Basket|glpat-/);
  });

  it('asks as the agent where there is no operator, and prints JSON', async () => {
    const { url } = await open();
    const { status, stdout } = await program.beckon(['why', '--json', url]);
    expect(status).toBe(1);
    const { findings, runs } = JSON.parse(stdout);
    expect(runs).toEqual([]);
    expect(findings).toContainEqual({
      about: 'webhook',
      state: 'unknown',
      text: 'The webhooks: shown to Maintainers only.',
    });
  });

  it('says what is wrong about an address', async () => {
    await open();
    const { status, stdout } = await program.beckon(['why', 'issue 12']);
    expect(status).toBe(1);
    expect(stdout).toMatch(/✗ This is not the address of a page\.\n {6}Give the address of a comment/);
  });
});
