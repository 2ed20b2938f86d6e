import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Redis } from 'ioredis';
import type { Secret } from '../../src/lib/secret.ts';
import { newRedis } from '../support/redis.ts';
import { newFolder } from '../support/temporary.ts';
import { until } from '../support/until.ts';
import { grownTo, mentionOf, openWeb, type Web } from './web.ts';

/** What things cost that does not depend on how fast the machine is, or how busy, by name. */
export type Costs = Readonly<Record<string, number>>;

/** Whether a cost is the same with every version of Node. */
export function isOfAnyNode(name: string): boolean {
  return !name.startsWith('bytes ');
}

const run = promisify(execFile);
const fileHere = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const program = fileHere('../../dist/cli/main.js');
const TSX = import.meta.resolve('tsx');
const DELIVERIES = 20;
/** Begins what is echoed to know that all before it has been told of. */
const MARK = 'mark-';

/** Measures all of them, on the built program and in processes of their own. Needs redis-server; takes some 20 s. */
export async function measureCosts(): Promise<Costs> {
  return { ...(await allocations()), ...(await startOfOneCommand()), ...(await webProcess()) };
}

async function allocations(): Promise<Costs> {
  const flags = ['--expose-gc', '--min-semi-space-size=64', '--max-semi-space-size=64'];
  const { stdout } = await run(process.execPath, [...flags, '--import', TSX, fileHere('allocations.ts')]);
  return JSON.parse(stdout) as Costs;
}

async function startOfOneCommand(): Promise<Costs> {
  const folder = await newFolder();
  const env = { PATH: process.env.PATH ?? '', NODE_V8_COVERAGE: folder };
  await run(process.execPath, [program, '--version'], { env });
  return { 'KB of code loaded by --version': await codeIn(folder) };
}

/** The size of the files that a process with `NODE_V8_COVERAGE` has loaded by its end; removes what it has written. */
async function codeIn(folder: string): Promise<number> {
  const urls = new Set<string>();
  for (const name of await readdir(folder)) {
    const { result } = JSON.parse(await readFile(join(folder, name), 'utf8')) as {
      readonly result: readonly { readonly url: string }[];
    };
    for (const { url } of result) if (url.startsWith('file:')) urls.add(url);
  }
  await rm(folder, { recursive: true });
  const sizes = await Promise.all([...urls].map(async (url) => (await stat(new URL(url))).size));
  return Math.round(sizes.reduce((sum, size) => sum + size, 0) / 1024);
}

async function webProcess(): Promise<Costs> {
  const redis = await newRedis();
  await redis.start();
  const folder = await newFolder();
  const web = await openWeb({ kind: 'redis', url: redis.url }, { env: { NODE_V8_COVERAGE: folder } });
  const commands = await watchCommands(redis.url);
  try {
    const deliver = async (body: string) => {
      const answer = await fetch(`${web.address}/webhooks/gitlab`, {
        method: 'POST',
        headers: web.headers,
        body,
      });
      await answer.text();
    };
    const mentions = Array.from({ length: DELIVERIES }, (_, index) => mentionOf(index, 3_000));
    const bodies = {
      taken: mentions,
      duplicate: mentions,
      dropped: mentions.map((body) => body.replace('@claude-bot', '@bob')),
      'pushed, and dropped': mentions.map(() => grownTo({ object_kind: 'push' }, 3_000)),
    };
    const found: Record<string, number> = {};
    for (const [name, sent] of Object.entries(bodies)) {
      const before = await commands.count();
      for (const body of sent) await deliver(body);
      found[`round trips to Redis for a delivery: ${name}`] =
        ((await commands.count()) - before) / DELIVERIES;
    }
    found['requests of a web process to GitLab'] = await gitlabRequests(web);
    await web.close();
    found['KB of code loaded by serve --role web'] = await codeIn(folder);
    return found;
  } finally {
    commands.close();
    await web.close();
    await redis.stop();
  }
}

/** Whether a key is one of ours, but for the list of deliveries, which is written to once a second. */
function isOfDelivery(key: string): boolean {
  return key.startsWith('beckon:') && !key.startsWith('beckon:deliveries-');
}

/** The requests to GitLab that the process has counted. */
async function gitlabRequests(web: Web): Promise<number> {
  const counted = (await web.metrics()).matchAll(/^beckon_gitlab_requests_total\{.*\} (\d+)$/gm);
  return [...counted].reduce((sum, [, count]) => sum + Number(count), 0);
}

/** Counts the commands about runs that a Redis is sent, those within scripts left out: each is a round trip. */
async function watchCommands(url: Secret) {
  const client = new Redis(url.reveal());
  const monitor = await client.monitor();
  let count = 0;
  const marks = new Set<string>();
  monitor.on('monitor', (_time: string, parts: string[], source: string) => {
    const mark = parts.find((part) => part.startsWith(MARK));
    if (mark !== undefined) marks.add(mark);
    else if (source !== 'lua' && parts.some(isOfDelivery)) count += 1;
  });
  return {
    /** Of all that has been sent by now. */
    async count(): Promise<number> {
      const mark = MARK + randomBytes(8).toString('hex');
      await client.echo(mark);
      await until('Redis has told of it', () => marks.has(mark));
      return count;
    },
    close(): void {
      monitor.disconnect();
      client.disconnect();
    },
  };
}
