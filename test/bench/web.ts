import { randomBytes } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { QueueHome } from '../../src/config/config.ts';
import { notePayload } from '../builders/payloads.ts';
import { startBeckon } from '../gitlab/demo/beckon.ts';
import { freePort } from '../support/free-port.ts';
import { newFolder } from '../support/temporary.ts';

/** The built program as it receives deliveries, in a process of its own. */
export type Web = Awaited<ReturnType<typeof openWeb>>;

interface OpenOptions {
  readonly role?: 'web' | 'worker' | 'all';
  /** What it takes for GitLab. One that receives asks nothing of it, and by itself there is none. */
  readonly gitlab?: string;
  /** Runs that it steps at once. */
  readonly concurrency?: number;
  /** More of its environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts it on a home of the queue. */
export async function openWeb(
  home: QueueHome,
  { role = 'web', gitlab = 'http://127.0.0.1:9', concurrency = 20, env: more = {} }: OpenOptions = {},
) {
  const folder = await newFolder();
  const env = {
    SECRET: randomBytes(16).toString('hex'),
    ADMIN_TOKEN: randomBytes(16).toString('hex'),
    TOKEN: randomBytes(16).toString('hex'),
    ...more,
  };
  const config = {
    gitlab: { url: gitlab },
    server: { port: 0, adminToken: '${ADMIN_TOKEN}' },
    webhook: { secretTokens: ['${SECRET}'] },
    queue: { concurrency, ...('url' in home ? { url: home.url.reveal() } : { dataDir: home.dataDir }) },
    agents: { claude: { account: 'claude-bot', token: '${TOKEN}' } },
    triggers: [{ agent: 'claude', events: ['mention'], projects: ['acme/**'] }],
    catchUp: { todos: 'off' },
  };
  const metricsPort = await freePort();
  const options = ['--metrics-port', String(metricsPort)];
  const beckon = await startBeckon(config, { folder, env, role, options, onComplaint: () => {} });
  const { address, pid } = beckon;
  return {
    address,
    /** Where `livez` and `metrics` are asked for. */
    probes: `http://127.0.0.1:${metricsPort}`,
    pid,
    headers: {
      'content-type': 'application/json',
      'x-gitlab-event': 'Note Hook',
      'x-gitlab-token': env.SECRET,
    },
    /** Asks the admin API for something. */
    async api(path: string): Promise<unknown> {
      const answer = await fetch(`${address}/api${path}`, {
        headers: { authorization: `Bearer ${env.ADMIN_TOKEN}` },
      });
      return answer.json();
    },
    async metrics(): Promise<string> {
      return (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
    },
    /** MB of memory in use: now, and the most since {@link Web.forget}. */
    async memory(): Promise<{ readonly now: number; readonly most: number }> {
      const status = await readFile(`/proc/${pid}/status`, 'utf8');
      const megabytes = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) / 1024;
      return { now: megabytes('VmRSS'), most: megabytes('VmHWM') };
    },
    async close(): Promise<void> {
      await beckon.end('SIGTERM');
      await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
    },
  };
}

/** A new comment that mentions the agent, of so many bytes. */
export function mentionOf(id: number, bytes: number): string {
  const at = new Date().toISOString();
  return grownTo(notePayload('@claude-bot please', { note: { id, created_at: at, updated_at: at } }), bytes);
}

/** A payload with so many bytes, most of them in small objects, as GitLab's are. */
export function grownTo(payload: object, bytes: number): string {
  const commit = {
    id: 'c0ffee'.repeat(6),
    title: 'Let guests check out',
    timestamp: '2026-03-02',
    added: ['a'],
  };
  const [size, each] = [payload, commit].map((part) => JSON.stringify(part).length + 1);
  const count = Math.max(0, Math.floor((bytes - (size ?? 0)) / (each ?? 1)));
  return JSON.stringify({ ...payload, commits: Array.from({ length: count }, () => commit) });
}

/** Asks `livez` ever again, each time over a new connection, until it is told to stop; the slowest answer in milliseconds. */
export function watchLive(address: string): () => Promise<number> {
  let slowest = 0;
  let isOver = false;
  const once = () =>
    new Promise<void>((resolve, reject) => {
      const began = performance.now();
      get(`${address}/livez`, { agent: false }, (answer) => {
        answer.resume();
        slowest = Math.max(slowest, performance.now() - began);
        answer.once('end', resolve);
      }).once('error', reject);
    });
  async function watch(): Promise<void> {
    while (!isOver) {
      await once();
      await sleep(25);
    }
  }
  const watching = watch();
  return async () => {
    isOver = true;
    await watching;
    return slowest;
  };
}
