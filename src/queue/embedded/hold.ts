import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { BeckonError } from '../../lib/errors.ts';
import type { PostgresAddress } from '../postgres.ts';
import { unavailable } from '../unavailable.ts';
import type { DataDir } from './data-dir.ts';
import type { PostgresBinaries } from './postgres-binaries.ts';
import { launch, socketAddress } from './postgres-server.ts';
import { runningPostmaster } from './postmaster.ts';

/** A server may have to read the log of a crash before it answers. */
const PATIENCE_MS = 30_000;
/** A killed process's hold ends with its connection, which the server notices a moment later. */
const RELEASE_MS = 1_500;
/** Milliseconds for which an empty lock file is that of a server that starts; after that it was left behind by a crash. */
const EMPTY_MS = 2_000;
/** Any numbers that nobody else uses on a server of our own. */
const HOST_KEY = 8_245_126;
const GUEST_KEY = 8_245_127;

/** What a process is to a server: its one host, who keeps it running, or one of its guests. */
export type HoldKind = 'host' | 'guest';

const TAKE: Readonly<Record<HoldKind, string>> = {
  host: `SELECT pg_try_advisory_lock(${HOST_KEY}) AS taken`,
  guest: `SELECT pg_try_advisory_lock_shared(${GUEST_KEY}) AS taken`,
};

/** A running server, and our place at it. */
export interface Hold {
  readonly pid: number;
  readonly address: PostgresAddress;
  /** Holds a lock of the server's for as long as we live; it cannot be left behind. */
  readonly lock: pg.Client;
}

async function asks(client: pg.Client, sql: string): Promise<boolean> {
  const { rows } = await client.query<{ taken: boolean }>(sql);
  return rows[0]?.taken === true;
}

/** Takes a lock of the server's; `undefined` when another process has it. Rejects while there is no server. */
async function takeLock(address: PostgresAddress, kind: HoldKind): Promise<pg.Client | undefined> {
  const client = new pg.Client({
    ...address,
    connectionTimeoutMillis: 2_000,
    application_name: `beckon ${kind}`,
  });
  client.on('error', () => {});
  try {
    await client.connect();
    if (await asks(client, TAKE[kind])) return client;
  } catch (error) {
    await client.end().catch(() => {});
    throw error;
  }
  await client.end();
  return undefined;
}

/**
 * A place at the server on the folder: the one that runs there, or else a new one. A second host is refused:
 * `queue_in_use`. Guests may be any number, beside a host or without one.
 */
export async function hold(dir: DataDir, binaries: PostgresBinaries, kind: HoldKind): Promise<Hold> {
  let launched: { readonly failed: Promise<never> } | undefined;
  let refusedSince: number | undefined;
  let emptySince: number | undefined;
  let reason: unknown;
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end; await sleep(20)) {
    const running = await runningPostmaster(dir.files);
    const address = socketAddress(running?.socketDir ?? dir.socketDir);
    try {
      // Asked even where no server is seen: one in another container on the same folder answers all the same.
      const lock = await takeLock(address, kind);
      if (lock !== undefined && running !== undefined) return { pid: running.pid, address, lock };
      await lock?.end();
      reason = 'a PostgreSQL answers that cannot be seen from here';
      // Nobody refuses a guest but a server that is about to end.
      if (lock === undefined && kind === 'host') refusedSince ??= Date.now();
    } catch (error) {
      // Not there, starting up, shutting down, or recovering: whoever refused us has gone.
      refusedSince = undefined;
      reason = error;
      if (running === undefined) {
        launched ??= await launch(dir, binaries);
        // Where another process was faster, ours has ended and theirs is seen in the next round.
        const ended = await Promise.race([launched.failed.catch((failure: Error) => failure), sleep(20)]);
        if (ended !== undefined && (await runningPostmaster(dir.files)) === undefined) {
          emptySince ??= Date.now();
          if (!isLockEmpty(ended) || Date.now() - emptySince > EMPTY_MS) throw ended;
          // Another process's server makes its lock file before it writes into it, and ours came in between.
          launched = undefined;
          await sleep(100);
        }
      }
    }
    if (refusedSince !== undefined && Date.now() - refusedSince > RELEASE_MS) throw inUse(dir);
  }
  throw unavailable('start PostgreSQL', reason);
}

function isLockEmpty({ message }: Error): boolean {
  return /lock file "postmaster\.pid" is empty/.test(message);
}

function inUse(dir: DataDir): BeckonError {
  return new BeckonError('queue_in_use', `Another Beckon is running on queue.dataDir ${dir.path}`, {
    hint: 'Stop it, or give this one a folder of its own. To share a queue, set queue.url.',
  });
}

/**
 * Whether a guest who leaves is the last at the server, with no host and no other guest. Then nobody comes in
 * any more until the server has ended.
 */
export async function isLastGuest({ lock }: Pick<Hold, 'lock'>): Promise<boolean> {
  await lock.query(`SELECT pg_advisory_unlock_shared(${GUEST_KEY})`);
  return (
    (await asks(lock, `SELECT pg_try_advisory_lock(${GUEST_KEY}) AS taken`)) && (await asks(lock, TAKE.host))
  );
}
