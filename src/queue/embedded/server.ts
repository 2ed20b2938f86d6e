import { setTimeout as sleep } from 'node:timers/promises';
import type { PostgresAddress } from '../postgres.ts';
import { unavailable } from '../unavailable.ts';
import { type DataDir, prepareDataDir } from './data-dir.ts';
import { type Hold, hold, isLastGuest } from './hold.ts';
import { type PostgresBinaries, postgresBinaries } from './postgres-binaries.ts';
import { initialise, shutDown, sweep } from './postgres-server.ts';

/** The embedded PostgreSQL, running. */
export interface EmbeddedServer {
  readonly address: PostgresAddress;
  stop(): Promise<void>;
}

async function prepare(dataDir: string): Promise<{ dir: DataDir; binaries: PostgresBinaries }> {
  const binaries = await postgresBinaries();
  const dir = await prepareDataDir(dataDir);
  await initialise(dir, binaries);
  return { dir, binaries };
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
  const { dir, binaries } = await prepare(dataDir);
  const first = await hold(dir, binaries, 'host');
  let held: Hold | undefined = first;
  await sweep(dir);
  let stopping = false;
  let recovering: Promise<void> = Promise.resolve();

  async function recover(): Promise<void> {
    held = undefined;
    for (; !stopping; await sleep(1_000)) {
      try {
        held = await hold(dir, binaries, 'host');
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

  watch(first);
  return {
    address: first.address,
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

/**
 * The embedded PostgreSQL for a process that only looks in: the one that runs, of another Beckon or not, else one
 * that is started and ends with the last who looks. A Beckon that starts meanwhile takes it over. Rejects as
 * {@link startEmbeddedServer} does.
 */
export async function visitEmbeddedServer(dataDir: string): Promise<EmbeddedServer> {
  const { dir, binaries } = await prepare(dataDir);
  const held = await hold(dir, binaries, 'guest');
  return {
    address: held.address,
    async stop() {
      // Where the server has ended before us there is nothing left to end.
      if (await isLastGuest(held).catch(() => false)) await shutDown(dir.files, held.pid);
      await held.lock.end().catch(() => {});
    },
  };
}
