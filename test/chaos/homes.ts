import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { QueueHome } from '../../src/config/config.ts';
import { Secret } from '../../src/lib/secret.ts';
import { runningPostmaster } from '../../src/queue/embedded/postmaster.ts';
import { startEmbeddedServer } from '../../src/queue/embedded/server.ts';
import { newRedis } from '../support/redis.ts';
import { newFolder } from '../support/temporary.ts';
import { type Line, lineTo } from './line.ts';

export const HOMES = ['embedded', 'redis', 'postgres'] as const;
export type HomeName = (typeof HOMES)[number];

const PASSWORD = 'open-sesame';

/** Where a play has its queue. */
export interface ChaosHome {
  /** As the program is told; the password in it may be in no log. */
  readonly queue: QueueHome;
  readonly password: string | undefined;
  /** Between the program and the server; the embedded one has none. */
  readonly line: Line | undefined;
  /** Ends the server with SIGKILL. */
  kill(): Promise<void>;
  /** Starts it again, where nobody else does. */
  start(): Promise<void>;
  close(): Promise<void>;
}

/** Opens a home with a server of its own, on the files that outlive the server. */
export function openHome(name: HomeName): Promise<ChaosHome> {
  switch (name) {
    case 'embedded':
      return embedded();
    case 'redis':
      return redis();
    case 'postgres':
      return postgres();
    default:
      return name satisfies never;
  }
}

async function embedded(): Promise<ChaosHome> {
  const folder = await newFolder();
  const dataDir = join(folder, 'data');
  return {
    queue: { kind: 'embedded', dataDir },
    password: undefined,
    line: undefined,
    kill: () => killPostgres(dataDir),
    // The program does.
    start: async () => {},
    close: () => removed(folder),
  };
}

/** Each command is on the disk before it is answered: `appendfsync always`. */
async function redis(): Promise<ChaosHome> {
  const server = await newRedis(PASSWORD);
  await server.start();
  const target = new URL(server.url.reveal());
  const line = await lineTo({ host: target.hostname, port: Number(target.port) });
  target.port = String(line.port);
  return {
    queue: { kind: 'redis', url: new Secret(target.href) },
    password: PASSWORD,
    line,
    kill: () => server.halt(),
    start: () => server.start(),
    async close() {
      line.close();
      await server.stop();
    },
  };
}

/** A server of ours, which is kept running, behind a port. It asks no password, and the URL has one all the same. */
async function postgres(): Promise<ChaosHome> {
  const folder = await newFolder();
  const dataDir = join(folder, 'data');
  const server = await startEmbeddedServer(dataDir, { onError: () => {} });
  if (!('host' in server.address)) throw new Error('it is reached over its socket');
  const { host, port, user, database } = server.address;
  const line = await lineTo({ path: join(host, `.s.PGSQL.${port}`) });
  return {
    queue: {
      kind: 'postgres',
      url: new Secret(`postgres://${user}:${PASSWORD}@127.0.0.1:${line.port}/${database}`),
    },
    password: PASSWORD,
    line,
    kill: () => killPostgres(dataDir),
    // Whoever holds it does.
    start: async () => {},
    async close() {
      line.close();
      await server.stop();
      await removed(folder);
    },
  };
}

async function killPostgres(dataDir: string): Promise<void> {
  const running = await runningPostmaster(join(dataDir, 'postgres'));
  if (running !== undefined) process.kill(running.pid, 'SIGKILL');
}

/** A server that ends may still be writing. */
function removed(folder: string): Promise<void> {
  return rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
}
