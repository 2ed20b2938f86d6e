import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { QueueHome } from '../../src/config/config.ts';
import { Secret } from '../../src/lib/secret.ts';
import { prepareDataDir, SOCKET_PORT } from '../../src/queue/embedded/data-dir.ts';
import { postgresBinaries } from '../../src/queue/embedded/postgres-binaries.ts';
import { initialise, socketAddress } from '../../src/queue/embedded/postgres-server.ts';
import { runningPostmaster } from '../../src/queue/embedded/postmaster.ts';
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
  readonly password?: string;
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
    line: undefined,
    kill: () => killPostgres(dataDir),
    // The program does.
    start: async () => {},
    close: () => removed(folder),
  };
}

/** Each command is on the disk before it is answered: `appendfsync always`. */
async function redis(): Promise<ChaosHome> {
  const server = await newRedis({ password: PASSWORD });
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

/** A PostgreSQL as somebody else would run it. It asks no password, and the URL has one all the same. */
async function postgres(): Promise<ChaosHome> {
  const folder = await newFolder();
  const dir = await prepareDataDir(join(folder, 'data'));
  const binaries = await postgresBinaries();
  await initialise(dir, binaries);
  const settings = ['listen_addresses=', `unix_socket_directories=${dir.socketDir}`, 'synchronous_commit=on'];
  const start = async (): Promise<void> => {
    const options = settings.flatMap((setting) => ['-c', setting]);
    for (;;) {
      const server = spawn(binaries.postgres, ['-D', dir.files, ...options], {
        ...dir.account,
        stdio: 'ignore',
      });
      const ended = once(server, 'exit').then(() => false);
      // It ends again where processes of the one before are still there.
      if (await Promise.race([ended, isUp(dir.socketDir)])) return;
    }
  };
  await start();
  const { database, user } = addressIn(dir.socketDir);
  const line = await lineTo({ path: join(dir.socketDir, `.s.PGSQL.${SOCKET_PORT}`) });
  const url = `postgres://${user}:${PASSWORD}@127.0.0.1:${line.port}/${database}`;
  return {
    queue: { kind: 'postgres', url: new Secret(url) },
    password: PASSWORD,
    line,
    kill: () => killPostgres(dir.path),
    start,
    async close() {
      line.close();
      await killPostgres(dir.path);
      await removed(folder);
    },
  };
}

function addressIn(socketDir: string) {
  const address = socketAddress(socketDir);
  if (!('host' in address)) throw new Error('it is reached over its socket');
  return address;
}

/** Resolves when the server in a folder takes connections. */
async function isUp(socketDir: string): Promise<true> {
  for (;;) {
    const client = new pg.Client(addressIn(socketDir));
    client.on('error', () => {});
    try {
      await client.connect();
      await client.end();
      return true;
    } catch {
      await sleep(50);
    }
  }
}

async function killPostgres(dataDir: string): Promise<void> {
  const running = await runningPostmaster(join(dataDir, 'postgres'));
  if (running !== undefined) process.kill(running.pid, 'SIGKILL');
}

/** A server that ends may still be writing. */
function removed(folder: string): Promise<void> {
  return rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
}
