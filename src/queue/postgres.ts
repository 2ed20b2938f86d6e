import {
  assertSchemaCompatibility,
  createPostgresBackend,
  LATEST_SCHEMA_VERSION,
  runMigrations,
  SchemaMigrationRequiredError,
  withBackend,
} from 'bullmq';
import pg from 'pg';
import { RateLimiterPostgres } from 'rate-limiter-flexible';
import type { Secret } from '../lib/secret.ts';
import type { Backend, OpenOptions } from './backend.ts';
import { keepTrying } from './keep-trying.ts';
import { LOGS, postgresLog } from './postgres-log.ts';
import { createTable, tableOf } from './postgres-table.ts';
import { postgresText, TEXTS } from './postgres-text.ts';
import { ANSWER_MS, NAMESPACE, QUEUE_NAME, START_MS } from './settings.ts';
import { unavailable } from './unavailable.ts';
import { within } from './within.ts';

const bullmq = withBackend(createPostgresBackend);

/** Where a PostgreSQL is, as `pg` wants to be told. */
export type PostgresAddress =
  | { readonly connectionString: string; readonly options?: string }
  | {
      /** For a unix socket its folder. */
      readonly host: string;
      readonly port: number;
      readonly user: string;
      readonly database: string;
      readonly ssl: false;
    };

/** The most connections of a worker; each of its runs holds one for milliseconds. */
const MOST_CONNECTIONS = 8;

/**
 * In the table of BullMQ's jobs. To have a job as a whole, with all that is in it, would cost a delivery a quarter more;
 * and without a name the statement would be planned anew for each, which takes PostgreSQL longer than to answer it.
 */
const NAME_OF_JOB = {
  name: 'beckon_name_of_job',
  text: `SELECT name FROM ${NAMESPACE}.job WHERE queue = $1 AND id = $2`,
};

/** The table that rate-limiter-flexible counts in, as that library would create it. */
const RATES = 'rates';
const RATES_COLUMNS = 'key varchar(255) PRIMARY KEY, points integer NOT NULL DEFAULT 0, expire bigint';

/** Creates or updates BullMQ's tables and ours where they are missing or old. Safe when several processes start at once. */
async function migrate(address: PostgresAddress): Promise<void> {
  const client = new pg.Client({ ...address, connectionTimeoutMillis: START_MS });
  client.on('error', () => {});
  try {
    await client.connect();
    // Looking first lets a user without the right to create schemas start on tables that an admin has made.
    const version = await assertSchemaCompatibility(client, NAMESPACE).catch((error: unknown) => {
      if (error instanceof SchemaMigrationRequiredError) return 0;
      throw error;
    });
    if (version < LATEST_SCHEMA_VERSION) await runMigrations(client, NAMESPACE);
    for (const table of [TEXTS, LOGS, tableOf(RATES, RATES_COLUMNS)]) await createTable(client, table);
  } finally {
    await client.end().catch(() => {});
  }
}

/** The queue on the PostgreSQL at an address; `onError` hears of lost connections. */
export async function openPostgresAt(
  address: PostgresAddress,
  { kind, onError, telemetry }: OpenOptions & { kind: Backend['kind'] },
): Promise<Backend> {
  await keepTrying('reach PostgreSQL', () => migrate(address));
  const queue = new bullmq.Queue<unknown, void>(QUEUE_NAME, {
    connection: {
      ...address,
      schema: NAMESPACE,
      max: 4,
      keepAlive: true,
      connectionTimeoutMillis: ANSWER_MS,
      query_timeout: ANSWER_MS,
    },
    ...(telemetry === undefined ? {} : { telemetry }),
  });
  queue.on('error', (error) => onError(unavailable('reach PostgreSQL', error)));
  // BullMQ remembers a failed first connection for ever; so the queue counts as open only after it.
  await within(START_MS, queue.waitUntilReady()).catch(async (error: unknown) => {
    await within(ANSWER_MS, queue.close()).catch(() => {});
    throw unavailable('reach PostgreSQL', error);
  });
  const pool = new pg.Pool({
    ...address,
    max: 2,
    keepAlive: true,
    connectionTimeoutMillis: ANSWER_MS,
    query_timeout: START_MS,
  });
  pool.on('error', (error) => onError(unavailable('reach PostgreSQL', error)));
  return {
    kind,
    queue,
    async addNamed(name, data, options) {
      await queue.add(name, data, options);
      const values = [QUEUE_NAME, options.jobId];
      const found = await pool.query<{ name: string }>({ ...NAME_OF_JOB, values });
      return found.rows[0]?.name;
    },
    text: (name) => postgresText(pool, name),
    log: (name) => postgresLog(pool, name),
    limiterOf: (name, { count, per }) =>
      new RateLimiterPostgres({
        storeClient: pool,
        storeType: 'pool',
        schemaName: NAMESPACE,
        tableName: RATES,
        // The library would create it again for each of them, and two at once may fail on each other.
        tableCreated: true,
        clearExpiredByTimeout: true,
        keyPrefix: name,
        points: count,
        duration: per / 1_000,
      }),
    worker: (process, tuning) =>
      new bullmq.Worker<unknown, void>(QUEUE_NAME, process, {
        ...tuning,
        connection: {
          ...address,
          schema: NAMESPACE,
          max: Math.min(tuning.concurrency + 2, MOST_CONNECTIONS),
          keepAlive: true,
          connectionTimeoutMillis: START_MS,
          query_timeout: 30_000,
        },
        ...(telemetry === undefined ? {} : { telemetry }),
        autorun: false,
      }),
    warnings: async () => [],
    close: async () => {
      await within(ANSWER_MS, Promise.all([queue.close(), pool.end()])).catch(() => {});
    },
  };
}

/** The queue on a PostgreSQL server, in the schema `beckon` of the URL's database. */
export async function openPostgres(url: Secret, options: OpenOptions): Promise<Backend> {
  return openPostgresAt(addressOf(url), { kind: 'postgres', ...options });
}

/**
 * A URL's `options` would override the search path that BullMQ puts into the same field: taken out of the URL
 * and given beside it, both hold.
 */
function addressOf(url: Secret): PostgresAddress {
  // pg knows a few forms that are no URLs.
  const parsed = URL.canParse(url.reveal()) ? new URL(url.reveal()) : undefined;
  const options = parsed?.searchParams.get('options') ?? undefined;
  if (parsed === undefined || options === undefined) return { connectionString: url.reveal() };
  parsed.searchParams.delete('options');
  return { connectionString: parsed.href, options };
}
