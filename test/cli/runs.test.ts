import { execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { QueueHome } from '../../src/config/config.ts';
import { openBackend } from '../../src/queue/open-backend.ts';
import { createRunQueue } from '../../src/queue/producer.ts';
import type { RunQueue } from '../../src/runs/queue-ports.ts';
import type { Run } from '../../src/runs/run.ts';
import type { Home } from '../contracts/run-queue.ts';
import { aFullRun, aRun } from '../queue/a-run.ts';
import { embeddedHome, postgresHome, redisHome } from '../queue/homes.ts';
import { describeWith } from '../support/needs.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { until } from '../support/until.ts';
import type { Ended } from './shipped-program.ts';

const program = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

// Asked for here: within a hook it would be too late to be told of the end.
const folder = await temporaryFolder(afterAll);

/** The built program with a config for a home of the queue. */
async function programFor(home: QueueHome) {
  const config = join(folder, `${randomUUID()}.yaml`);
  const queue = home.kind === 'embedded' ? { dataDir: home.dataDir } : { url: home.url.reveal() };
  await writeFile(
    config,
    JSON.stringify({
      gitlab: { url: 'https://gitlab.test' },
      server: { port: 0 },
      webhook: { secretTokens: ['a-secret'] },
      queue,
      agents: { claude: { account: 'claude-bot', token: 'glpat-x' } },
      triggers: [{ agent: 'claude', events: ['mention'], projects: ['acme/**'] }],
    }),
  );
  const env = { PATH: process.env.PATH ?? '', BECKON_CONFIG: config };
  const beckon = (...args: readonly string[]): Promise<Ended> =>
    new Promise((resolve) => {
      const child = execFile(process.execPath, [program, ...args], { env }, (_error, stdout, stderr) =>
        resolve({ status: child.exitCode ?? -1, stdout, stderr }),
      );
    });
  /** A web server, which puts runs into the queue and performs none. */
  async function serve() {
    const child = spawn(process.execPath, [program, 'serve', '--role', 'web'], { env });
    const exited = once(child, 'exit');
    onTestFinished(async () => {
      child.kill('SIGKILL');
      await exited;
    });
    let said = '';
    child.stdout.on('data', (chunk) => {
      said += String(chunk);
    });
    await until('Beckon is ready', () => said.includes('beckon is ready'), { ms: 30_000 });
    return {
      async stop() {
        child.kill('SIGTERM');
        await exited;
      },
    };
  }
  return { beckon, serve };
}

const old = { ...aFullRun(), id: 'r0000000000000aa', createdAt: '2026-05-01T10:00:00.000Z' };
const queued = aRun({ id: 'r0000000000000bb', agent: 'codex' });

function describeRuns(name: string, home: Home): void {
  describe(`beckon runs on ${name}`, { timeout: 120_000 }, () => {
    let beckon: Awaited<ReturnType<typeof programFor>>['beckon'];
    let seed: (act: (queue: RunQueue) => Promise<unknown>) => Promise<void>;

    beforeAll(async () => {
      const place = await home.open();
      ({ beckon } = await programFor(place));
      seed = async (act) => {
        const queue = createRunQueue(await openBackend(place, { isGuest: true }), { retention: 3_600_000 });
        await act(queue);
        await queue.close();
      };
      await seed(async (queue) => {
        await queue.add(old);
        await queue.add(queued);
      });
    }, 60_000);
    afterAll(() => home.close());
    const json = async (...args: readonly string[]) =>
      JSON.parse((await beckon('runs', ...args, '--json')).stdout);

    test('lists the newest first, and those that are asked for', async () => {
      const { status, stdout, stderr } = await beckon('runs');
      expect([status, stderr]).toEqual([0, '']);
      expect(stdout.split('\n').map((line) => line.split(' ')[0])).toEqual(['ID', queued.id, old.id, '']);
      const ids = async (...args: readonly string[]) => (await json(...args)).map(({ id }: Run) => id);
      expect(await ids('--project', 'acme/**', '--user', '@ada', '--since', '1h', '--limit', '5')).toEqual([
        queued.id,
      ]);
      expect(await ids('list', '--state', 'failed', '--agent', 'claude')).toEqual([old.id]);
    });

    test('shows one by the beginning of its id', async () => {
      const { status, stdout } = await beckon('runs', 'show', 'r0000000000000a');
      expect(status).toBe(0);
      expect(stdout).toContain('script failure');
      expect(stdout).toMatch(/retrying \(3 times\) +note +502/);
      expect(await json('show', old.id)).toMatchObject({
        state: 'failed',
        noteUrl: 'https://gitlab.test/acme/shop/-/issues/3#note_901',
        stop: null,
        history: old.history,
      });
    });

    test('ends with 1 for an id that names no run, or several', async () => {
      expect(await beckon('runs', 'cancel', 'rffff')).toMatchObject({
        status: 1,
        stdout: '',
        stderr: expect.stringContaining('There is no run rffff.'),
      });
      const several = await beckon('runs', 'cancel', 'r0');
      expect([several.status, several.stderr]).toEqual([1, expect.stringContaining('begin with r0')]);
    });

    test('asks a run to stop, and says when there is nothing to stop', async () => {
      expect(await beckon('runs', 'cancel', queued.id)).toEqual({
        status: 0,
        stdout: `Asked ${queued.id} to stop. It has not started, and ends when a worker takes it up.\n`,
        stderr: '',
      });
      expect((await json('show', queued.id)).stop).toMatchObject({ by: 'the operator' });
      expect(await beckon('runs', 'cancel', old.id)).toEqual({
        status: 1,
        stdout: `${old.id} is over: failed script failure\n`,
        stderr: '',
      });
    });

    test('starts a run again, once until that one has ended', async () => {
      const first = await beckon('runs', 'retry', old.id);
      expect([first.status, first.stdout]).toEqual([0, expect.stringMatching(/^r[0-9a-f]{15}\n$/)]);
      const id = first.stdout.trim();
      expect(await json('retry', old.id)).toEqual({ id, retryOf: old.id, duplicate: true, state: 'queued' });
      expect(await beckon('runs', 'retry', id)).toMatchObject({
        status: 1,
        stderr: expect.stringContaining(`beckon runs cancel ${id}`),
      });
    });
  });
}

describeWith(['redis-server'], 'with a Redis', () => {
  describeRuns('Redis', redisHome());
});
describeRuns('PostgreSQL', postgresHome());
describeRuns('the embedded queue', embeddedHome());

describe('beckon runs beside a Beckon that serves', { timeout: 120_000 }, () => {
  test('sees its runs and leaves it running, where a second Beckon is refused', async () => {
    const dataDir = join(await temporaryFolder(), 'data');
    const { beckon, serve } = await programFor({ kind: 'embedded', dataDir });
    const serving = await serve();
    const queue = createRunQueue(await openBackend({ kind: 'embedded', dataDir }, { isGuest: true }), {
      retention: 3_600_000,
    });
    await queue.add(queued);
    await queue.close();
    expect((await beckon('runs')).stdout).toContain(queued.id);
    expect(await beckon('serve')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('Another Beckon is running'),
    });
    expect((await beckon('runs', 'cancel', queued.id)).status).toBe(0);
    await serving.stop();
    expect((await beckon('runs', 'show', queued.id)).stdout).toContain('asked to stop');
  });
});

describe('beckon runs', () => {
  test.each([
    [['--limit', 'x']],
    [['--state', 'happy']],
    [['--since', 'yesterday']],
    [['list', '--project', '[']],
    [['show']],
    [['dance']],
  ])('ends with 2 for wrong usage: %j', async (args) => {
    const { beckon } = await programFor({ kind: 'embedded', dataDir: '/nowhere' });
    const { status, stderr } = await beckon('runs', ...args);
    expect([status, stderr]).toEqual([2, expect.stringMatching(/^error: /)]);
  });
});
