import { setImmediate as soon } from 'node:timers/promises';
import { createRedisBackend, withBackend } from 'bullmq';
import { Redis } from 'ioredis';
import { RateLimiterRedis } from 'rate-limiter-flexible';
import type { Secret } from '../lib/secret.ts';
import type { Backend, OpenOptions } from './backend.ts';
import { keepTrying } from './keep-trying.ts';
import { redisLog } from './redis-log.ts';
import { redisText } from './redis-text.ts';
import { ANSWER_MS, NAMESPACE, QUEUE_NAME } from './settings.ts';
import { unavailable } from './unavailable.ts';
import { within } from './within.ts';

const bullmq = withBackend(createRedisBackend);

/** Soon back after an outage; BullMQ's own waits grow to 20 s. */
const shared = { retryStrategy: (times: number) => Math.min(times * 100, 1_000), connectTimeout: ANSWER_MS };

/**
 * A producer must hear "no" at once: commands are neither queued while the connection is away nor waited for
 * longer than an answer may take. The socket timeout drops a connection whose server died silently.
 */
const impatient = {
  ...shared,
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  commandTimeout: ANSWER_MS,
  socketTimeout: 2 * ANSWER_MS,
};

/** A worker waits for the queue to come back instead. The longest blocking command lasts 10 s. */
const patient = { ...shared, maxRetriesPerRequest: null, socketTimeout: 30_000 };

/** `INFO` over a connection of its own, which says why when it cannot be had. */
async function info(url: Secret): Promise<string> {
  const client = new Redis(url.reveal(), { ...impatient, lazyConnect: true, retryStrategy: () => null });
  let reason: unknown;
  client.on('error', (error) => {
    reason = error;
  });
  try {
    await client.connect();
    return await client.info();
  } catch (error) {
    // ioredis rejects with "Connection is closed" and tells the reason to listeners only.
    throw reason ?? error;
  } finally {
    client.disconnect();
  }
}

function dangers(redisInfo: string): readonly string[] {
  const isAppending = /^aof_enabled:(\d)/m.exec(redisInfo)?.[1];
  const writes = /^aof_last_write_status:(\w+)/m.exec(redisInfo)?.[1];
  const policy = /^maxmemory_policy:(.*?)\r?$/m.exec(redisInfo)?.[1];
  const version = /^redis_version:((\d+)\.(\d+).*?)\r?$/m.exec(redisInfo);
  return [
    ...(policy === undefined || policy === 'noeviction'
      ? []
      : [
          `Redis drops keys when memory runs out (maxmemory-policy ${policy}), and with them runs: set it to noeviction.`,
        ]),
    ...(isAppending === '0'
      ? [
          'Redis keeps no append-only file (appendonly no): when it ends, the runs since its last snapshot are lost, and without snapshots all of them. Set appendonly to yes, and appendfsync to everysec or always.',
        ]
      : []),
    ...(writes === 'err'
      ? ['Redis cannot write its append-only file (aof_last_write_status err): is its disk full?']
      : []),
    ...(version === null || Number(version[2]) * 100 + Number(version[3]) >= 602
      ? []
      : [`Redis ${version[1]} is older than 6.2, the oldest version to rely on.`]),
  ];
}

/** The queue on a Redis server. */
export async function openRedis(url: Secret, { onError, telemetry }: OpenOptions): Promise<Backend> {
  await keepTrying('reach Redis', () => info(url));
  const client = new Redis(url.reveal(), { ...impatient, lazyConnect: true });
  const queue = new bullmq.Queue<unknown, void>(QUEUE_NAME, {
    connection: client,
    prefix: NAMESPACE,
    ...(telemetry === undefined ? {} : { telemetry }),
    // Both are needed to come back from an outage: the first command of a connection without offline queue may
    // fail, and BullMQ remembers a failed version check for ever.
    skipWaitingForReady: true,
    skipVersionCheck: true,
  });
  queue.on('error', (error) => onError(unavailable('reach Redis', error)));
  try {
    await keepTrying<unknown>('reach Redis', () =>
      client.status === 'wait' ? client.connect() : client.ping(),
    );
  } catch (error) {
    client.disconnect();
    throw error;
  }
  return {
    kind: 'redis',
    queue,
    async addNamed(name, data, options) {
      const key = queue.toKey(options.jobId);
      // Goes out behind the job, so that both take the time of one; and again where that was too early.
      const asked = soon().then(() => client.hget(key, 'name'));
      const [, stored] = await Promise.all([queue.add(name, data, options), asked]);
      return stored ?? (await client.hget(key, 'name')) ?? undefined;
    },
    text: (name) => redisText(client, `${NAMESPACE}:${name}`),
    log: (name) => redisLog(client, `${NAMESPACE}:${name}`),
    limiterOf: (name, { count, per }) =>
      new RateLimiterRedis({
        storeClient: client,
        keyPrefix: `${NAMESPACE}:rate:${name}`,
        points: count,
        duration: per / 1_000,
      }),
    worker: (process, tuning) =>
      new bullmq.Worker<unknown, void>(QUEUE_NAME, process, {
        ...tuning,
        connection: { url: url.reveal(), ...patient },
        prefix: NAMESPACE,
        ...(telemetry === undefined ? {} : { telemetry }),
        autorun: false,
      }),
    warnings: async () => dangers(await keepTrying('reach Redis', () => info(url))),
    close: async () => {
      await within(ANSWER_MS, queue.close()).catch(() => {});
      client.disconnect();
    },
  };
}
