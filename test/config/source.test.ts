import { execFileSync, spawn } from 'node:child_process';
import { mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isFixed, withFixed } from '../../src/config/fixed.ts';
import { differences } from '../../src/config/leaves.ts';
import { ConfigError } from '../../src/config/load.ts';
import { createConfigSource } from '../../src/config/source.ts';
import { config } from '../builders/config.ts';
import { newFolder } from '../support/temporary.ts';

const text = (more = '') => `
gitlab: { url: https://gitlab.example.com, caFile: ca.pem }
webhook: { secretTokens: ["\${file:secrets/webhook}"] }
agents: { claude: { account: claude-bot, token: "\${file:secrets/claude}" } }
triggers: [{ agent: claude, events: [mention], projects: ["acme/**"] }]
${more}`;

let folder: string;
beforeEach(async () => {
  folder = await newFolder();
  await mkdir(join(folder, 'secrets'));
  await write('beckon.yaml', text());
  await write('ca.pem', 'a certificate');
  await write('secrets/webhook', 'a-secret-of-the-hook\n');
  await write('secrets/claude', 'glpat-one\n');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const write = (name: string, content: string) => writeFile(join(folder, name), content);
const open = () => createConfigSource({ file: 'beckon.yaml', env: {}, cwd: folder });

describe('the files of a config', () => {
  it('have not changed as long as nobody changes them', async () => {
    const source = open();
    await source.load();
    await write('beckon.yaml', text());
    expect([await source.hasChanged(), await source.hasChanged()]).toEqual([false, false]);
  });

  it.each<[string, () => Promise<unknown>]>([
    ['is written to', () => write('beckon.yaml', text('# more'))],
    ['that it names is written to', () => write('secrets/claude', 'glpat-two\n')],
    ['of certificates is written to', () => write('ca.pem', 'another')],
    [
      'is replaced, as editors do',
      async () => {
        await write('new.yaml', text('# more'));
        await rename(join(folder, 'new.yaml'), join(folder, 'beckon.yaml'));
      },
    ],
    ['is removed', () => rm(join(folder, 'secrets/claude'))],
  ])('have changed when one %s, at the second look that sees it the same', async (_how, change) => {
    const source = open();
    await source.load();
    await change();
    expect(await source.hasChanged()).toBe(false);
    expect(await source.hasChanged()).toBe(true);
  });

  it('have changed when a link of the way to them leads elsewhere, as where Kubernetes mounts secrets', async () => {
    await rm(join(folder, 'secrets'), { recursive: true });
    for (const [name, token] of [
      ['..1', 'glpat-one'],
      ['..2', 'glpat-two'],
    ] as const) {
      await mkdir(join(folder, name));
      await write(`${name}/claude`, token);
      await write(`${name}/webhook`, 'a-secret-of-the-hook');
    }
    await symlink('..1', join(folder, '..data'));
    await mkdir(join(folder, 'secrets'));
    for (const name of ['claude', 'webhook']) {
      await symlink(`../..data/${name}`, join(folder, 'secrets', name));
    }
    const source = open();
    const before = await source.load();
    await symlink('..2', join(folder, '..data_tmp'));
    await rename(join(folder, '..data_tmp'), join(folder, '..data'));
    await source.hasChanged();
    expect(await source.hasChanged()).toBe(true);
    const { config: changed, leaves } = await source.load();
    expect(changed.agents[0]?.token.reveal()).toBe('glpat-two');
    expect(differences(before.leaves, leaves)).toEqual(['agents.claude.token']);
    expect(await source.hasChanged()).toBe(false);
  });

  it('are not taken while somebody is in the middle of writing them', async () => {
    const source = open();
    await source.load();
    for (const content of ['g', 'gl', 'glpat-t']) {
      await write('secrets/claude', content);
      expect(await source.hasChanged()).toBe(false);
    }
    expect(await source.hasChanged()).toBe(true);
  });

  it('that are pipes are read once', async () => {
    execFileSync('sh', ['-c', 'mkfifo "$0"', join(folder, 'secrets/pipe')]);
    await write('beckon.yaml', text().replace('secrets/claude', 'secrets/pipe'));
    // A process of its own, since loading waits for who writes.
    spawn('sh', ['-c', 'echo glpat-piped > "$0"', join(folder, 'secrets/pipe')], { stdio: 'ignore' });
    const source = open();
    const { config: loaded } = await source.load();
    expect(loaded.agents[0]?.token.reveal()).toBe('glpat-piped');
    expect([await source.hasChanged(), await source.hasChanged()]).toEqual([false, false]);
  });

  it('count as they were loaded when they were wrong, too', async () => {
    const source = open();
    await source.load();
    await rm(join(folder, 'secrets/claude'));
    await expect(source.load()).rejects.toThrow(ConfigError);
    expect([await source.hasChanged(), await source.hasChanged()]).toEqual([false, false]);
    await write('secrets/claude', 'glpat-two');
    await source.hasChanged();
    expect(await source.hasChanged()).toBe(true);
  });
});

describe('what has changed', () => {
  async function changedBy(more: string, edit: (text: string) => string = (whole) => whole) {
    const source = open();
    const before = await source.load();
    await write('beckon.yaml', edit(text(more)));
    const after = await source.load();
    return differences(before.leaves, after.leaves);
  }

  it('is told by the paths of the file, without a value', async () => {
    expect(await changedBy('limits: { maxEventAge: 2h }')).toEqual(['limits.maxEventAge']);
    expect(await changedBy('server: { publicUrl: https://beckon.example.com, port: 1 }')).toEqual([
      'limits.maxEventAge',
      'server.port',
      'server.publicUrl',
    ]);
  });

  it('is told of triggers by their names, wherever in the list they are', async () => {
    const other = '{ name: other, agent: claude, events: [assign], projects: ["acme/web"] }, ';
    expect(await changedBy('', (whole) => whole.replace('[{ agent', `[${other}{ agent`))).toEqual(
      ['agent', 'confidential', 'edits', 'events', 'forks', 'minAccess', 'name', 'onBusy', 'projects']
        .map((key) => `triggers.other.${key}`)
        .concat('triggers.other.stopOn'),
    );
  });

  it('keeps no value anywhere', async () => {
    const { leaves } = await open().load();
    expect(JSON.stringify([...leaves])).not.toMatch(/glpat|a-secret/);
    expect(await readFile(join(folder, 'secrets/claude'), 'utf8')).toContain('glpat');
  });
});

it('what takes effect at the start only stays as it was', () => {
  const first = config();
  const { server, queue } = first;
  const next = config({
    server: { ...server, port: 1, publicUrl: 'https://new.example.com', trustProxy: ['10.0.0.1'] },
    queue: { ...queue, concurrency: 1 },
    log: { auditFile: '/elsewhere' },
    retention: { runs: 1 },
    triggers: [],
  });
  expect(withFixed(next, first)).toEqual({
    ...first,
    server: { ...server, publicUrl: 'https://new.example.com' },
    triggers: [],
    agents: next.agents,
  });
  expect(['server.port', 'queue.url', 'retention.runs', 'log.auditFile'].every(isFixed)).toBe(true);
  expect(['server.publicUrl', 'triggers.queue', 'agents.claude.token'].some(isFixed)).toBe(false);
});
