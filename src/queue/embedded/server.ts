import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { BeckonError } from '../../lib/errors.ts';
import type { PostgresAddress } from '../postgres.ts';
import { unavailable } from '../unavailable.ts';
import { type DataDir, prepareDataDir } from './data-dir.ts';
import { type PostgresBinaries, postgresBinaries } from './postgres-binaries.ts';
import { initialise, launch, shutDown, socketAddress, sweep } from './postgres-server.ts';
import { runningPostmaster } from './postmaster.ts';

/** A server may have to read the log of a crash before it answers. */
const PATIENCE_MS = 30_000;
/** A killed process's hold ends with its connection, which the server notices a moment later. */
const RELEASE_MS = 1_500;
/** Any number that nobody else uses on a server of our own. */
const LOCK_KEY = 8_245_126;

/** A running server that is ours alone. */
interface Hold {
  readonly pid: number;
  /** Holds the server's lock for as long as we live; it cannot be left behind. */
  readonly lock: pg.Client;
}

/** The embedded PostgreSQL, kept running. */
export interface EmbeddedServer {
  readonly address: PostgresAddress;
  stop(): Promise<void>;
}

/** Takes the server's lock; `undefined` when another process has it. Rejects while there is no server. */
async function takeLock(address: PostgresAddress): Promise<pg.Client | undefined> {
  const client = new pg.Client({
    ...address,
    connectionTimeoutMillis: 2_000,
    application_name: 'beckon lock',
  });
  client.on('error', () => {});
  try {
    await client.connect();
    const { rows } = await client.query<{ taken: boolean }>('SELECT pg_try_advisory_lock($1) AS taken', [
      LOCK_KEY,
    ]);
    if (rows[0]?.taken === true) return client;
  } catch (error) {
    await client.end().catch(() => {});
    throw error;
  }
  await client.end();
  return undefined;
}

/**
 * A server on the folder that is ours alone: the one that runs there, left over by a killed process, or else a
 * new one. A server that another live process has is never touched: `queue_in_use`.
 */
async function hold(dir: DataDir, binaries: PostgresBinaries): Promise<Hold> {
  let launched: { readonly failed: Promise<never> } | undefined;
  let refusedSince: number | undefined;
  let reason: unknown;
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end; await sleep(20)) {
    const running = await runningPostmaster(dir.files);
    try {
      // Asked even where no server is seen: one in another container on the same folder answers all the same.
      const lock = await takeLock(socketAddress(running?.socketDir ?? dir.socketDir));
      if (lock !== undefined && running !== undefined) return { pid: running.pid, lock };
      await lock?.end();
      reason = 'a PostgreSQL answers that cannot be seen from here';
      if (lock === undefined) refusedSince ??= Date.now();
    } catch (error) {
      // Not there, starting up, shutting down, or recovering.
      reason = error;
      if (running === undefined) {
        launched ??= await launch(dir, binaries);
        // Where another process was faster, ours has ended and theirs is seen in the next round.
        const ended = await Promise.race([launched.failed.catch((failure: Error) => failure), sleep(20)]);
        if (ended !== undefined && (await runningPostmaster(dir.files)) === undefined) throw ended;
      }
    }
    if (refusedSince !== undefined && Date.now() - refusedSince > RELEASE_MS) throw inUse(dir);
  }
  throw unavailable('start PostgreSQL', reason);
}

function inUse(dir: DataDir): BeckonError {
  return new BeckonError('queue_in_use', `Another Beckon is running on queue.dataDir ${dir.path}`, {
    hint: 'Stop it, or give this one a folder of its own. To share a queue, set queue.url.',
  });
}

/**
 * Starts the embedded PostgreSQL, or takes over the one that a killed process left, and starts it again should
 * it end; `onError` hears of that. Rejects with `queue_in_use`, `queue_data_dir`, `queue_no_binary` or
 * `queue_unavailable`.
 */
export async function startEmbeddedServer(
  dataDir: string,
  { onError }: { onError: (error: Error) => void },
): Promise<EmbeddedServer> {
  const binaries = await postgresBinaries();
  const dir = await prepareDataDir(dataDir);
  await initialise(dir, binaries);
  let held: Hold | undefined = await hold(dir, binaries);
  await sweep(dir);
  let stopping = false;
  let recovering: Promise<void> = Promise.resolve();

  async function recover(): Promise<void> {
    held = undefined;
    for (; !stopping; await sleep(1_000)) {
      try {
        held = await hold(dir, binaries);
        watch(held);
        return;
      } catch (error) {
        onError(unavailable('start the embedded PostgreSQL again', error));
      }
    }
  }

  function watch({ lock }: Hold): void {
    lock.once('end', () => {
      if (stopping) return;
      onError(unavailable('keep the embedded PostgreSQL', new Error('it ended; starting it again')));
      recovering = recover();
    });
  }

  watch(held);
  return {
    address: socketAddress((await runningPostmaster(dir.files))?.socketDir ?? dir.socketDir),
    async stop() {
      stopping = true;
      await recovering;
      if (held === undefined) return;
      await shutDown(dir.files, held.pid);
      await held.lock.end().catch(() => {});
      held = undefined;
    },
  };
}
