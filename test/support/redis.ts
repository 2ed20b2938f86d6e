import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { Secret } from '../../src/lib/secret.ts';
import { freePort } from './free-port.ts';
import { newFolder } from './temporary.ts';

/** A Redis server of the test's own. */
export interface RedisServer {
  readonly url: Secret;
  /** Runs one command, such as `CONFIG SET …`. */
  command(name: string, ...args: string[]): Promise<unknown>;
  signal(signal: NodeJS.Signals): void;
  /** Ends it, keeping what it has on disk. */
  halt(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** A Redis that is not running yet; `start` it. Its password shows whether one leaks. */
export async function newRedis({
  password = 'open-sesame',
  fsync = 'always',
}: {
  password?: string;
  /** When what was written is brought to disk. */
  fsync?: 'always' | 'everysec';
} = {}): Promise<RedisServer> {
  const folder = await newFolder();
  const port = await freePort();
  const url = `redis://:${password}@127.0.0.1:${port}`;
  const options = [
    ...['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--requirepass', password],
    ...['--save', '', '--appendonly', 'yes', '--appendfsync', fsync],
  ];
  let child: ReturnType<typeof spawn> | undefined;

  async function command(name: string, ...args: string[]): Promise<unknown> {
    const client = new Redis(url, { lazyConnect: true, retryStrategy: () => null });
    client.on('error', () => {});
    try {
      await client.connect();
      return await client.call(name, ...args);
    } finally {
      client.disconnect();
    }
  }
  async function halt(): Promise<void> {
    if (child === undefined) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
    child = undefined;
  }
  return {
    url: new Secret(url),
    command,
    halt,
    signal: (signal) => child?.kill(signal),
    async start() {
      child = spawn('redis-server', options, { stdio: 'ignore' });
      for (const end = Date.now() + 5_000; ; await sleep(20)) {
        const up = await command('PING').then(
          () => true,
          () => false,
        );
        if (up) return;
        if (Date.now() > end) throw new Error('redis-server does not start');
      }
    },
    async stop() {
      await halt();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
