import { existsSync } from 'node:fs';
import { readFile, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startBeckon } from '../gitlab/demo/beckon.ts';
import { temporaryFolder } from '../support/temporary.ts';

const CONFIG = {
  gitlab: { url: 'http://127.0.0.1:9' },
  server: { port: 0 },
  webhook: { secretTokens: ['the-secret-of-the-hook'] },
  agents: { claude: { account: 'claude-bot', token: 'glpat-of-claude' } },
  triggers: [{ agent: 'claude', events: ['mention'], projects: ['acme/**'] }],
  catchUp: { todos: 'off' },
};

describe('log.auditFile', () => {
  it('gets the lines of the audit stream after those that it has, also where it is moved away, and no secret', async () => {
    const folder = await temporaryFolder();
    const file = join(folder, 'audit.jsonl');
    const moved = join(folder, 'audit.jsonl.1');
    const printed: string[] = [];
    for (const start of [1, 2]) {
      const settings = { ...CONFIG, log: { auditFile: 'audit.jsonl' } };
      const beckon = await startBeckon(settings, { folder, onLog: (line) => printed.push(line) });
      await fetch(`${beckon.address}/webhooks/gitlab`, { method: 'POST', body: '{}' });
      // As a rotation does it, while the program runs.
      if (start === 2) await rename(file, moved);
      await beckon.end('SIGTERM');
    }
    const written = (await readFile(moved, 'utf8')) + (await readFile(file, 'utf8'));
    const lines = written.trimEnd().split('\n');
    const once = [
      'config loaded',
      'process started',
      'delivery refused',
      'process stopping',
      'process stopped',
    ];
    const told = lines.map((line) => JSON.parse(line)).map(({ event, decision }) => `${event} ${decision}`);
    expect(told).toEqual([...once, ...once]);
    expect(printed.filter((line) => line.includes('"stream":"audit"'))).toEqual(lines);
    expect((await stat(file)).mode & 0o007).toBe(0);
    expect(written).not.toMatch(/the-secret-of-the-hook|glpat-of-claude/);
  }, 60_000);

  it.runIf(existsSync('/dev/full'))(
    'that is on a full disk is said in the log, and the work goes on',
    async () => {
      const folder = await temporaryFolder();
      const log: string[] = [];
      const settings = { ...CONFIG, log: { auditFile: '/dev/full' } };
      const beckon = await startBeckon(settings, { folder, onLog: (line) => log.push(line) });
      expect((await fetch(`${beckon.address}/livez`)).status).toBe(200);
      expect(await beckon.end('SIGTERM')).toBe(0);
      expect(log.join('\n')).toMatch(/ENOSPC.*"msg":"audit file cannot be written"/);
    },
    60_000,
  );

  it('that cannot be opened stops the start, with what to do', async () => {
    const folder = await temporaryFolder();
    const complaints: string[] = [];
    const start = startBeckon(
      { ...CONFIG, log: { auditFile: 'nowhere/audit.jsonl' } },
      { folder, onComplaint: (line) => complaints.push(line) },
    );
    await expect(start).rejects.toThrow();
    expect(complaints.join('\n')).toMatch(/Could not open log\.auditFile.*\n.*folder that exists/);
  }, 60_000);
});
