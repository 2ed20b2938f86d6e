import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Secret } from '../../src/lib/secret.ts';
import { type EmbeddedServer, startEmbeddedServer } from '../../src/queue/embedded/server.ts';
import { NAMESPACE, QUEUE_NAME } from '../../src/queue/settings.ts';
import type { Home } from '../contracts/run-queue.ts';
import { newRedis, type RedisServer } from '../support/redis.ts';
import { newFolder } from '../support/temporary.ts';

export function embeddedHome(): Home {
  let folder: string;
  return {
    async open() {
      folder = await newFolder();
      return { kind: 'embedded', dataDir: join(folder, 'data') };
    },
    // The lock is part of the job there, and goes when the job is moved.
    unlock: async () => {},
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

export function redisHome(): Home {
  let redis: RedisServer;
  return {
    async open() {
      redis = await newRedis();
      await redis.start();
      return { kind: 'redis', url: redis.url };
    },
    async unlock(jobId) {
      await redis.command('DEL', `${NAMESPACE}:${QUEUE_NAME}:${jobId}:lock`);
    },
    close: () => redis.stop(),
  };
}

/** The address of a server of ours as a person would write it for `queue.url`. */
export function urlOf(server: EmbeddedServer): Secret {
  if (!('host' in server.address)) throw new Error('an embedded server is reached over its socket');
  const { host, port, user, database } = server.address;
  return new Secret(`postgres:///${database}?host=${encodeURIComponent(host)}&port=${port}&user=${user}`);
}

/** A PostgreSQL that somebody else runs: ours to the test, a mere URL to the queue. */
export function postgresHome(): Home {
  let folder: string;
  let server: EmbeddedServer;
  return {
    async open() {
      folder = await newFolder();
      server = await startEmbeddedServer(join(folder, 'data'), { onError: () => {} });
      return { kind: 'postgres', url: urlOf(server) };
    },
    unlock: async () => {},
    async close() {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
