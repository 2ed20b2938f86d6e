import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import pg from 'pg';
import { startEmbeddedServer } from '../../src/queue/embedded/server.ts';
import { newRedis } from '../support/redis.ts';
import { newFolder } from '../support/temporary.ts';

/** A server that holds the queue, which can be away, and of which all can be read. */
export interface OpenHome {
  readonly url: string;
  halt(): Promise<void>;
  start(): Promise<void>;
  /** All that it keeps, as it is on disk too. */
  everything(): Promise<string>;
  close(): Promise<void>;
}

export async function openRedisHome(password: string): Promise<OpenHome> {
  const redis = await newRedis({ password });
  await redis.start();
  return {
    url: redis.url.reveal(),
    halt: () => redis.halt(),
    start: () => redis.start(),
    close: () => redis.stop(),
    async everything() {
      const client = new Redis(redis.url.reveal());
      const reading: Record<string, (key: string) => Promise<unknown>> = {
        string: (key) => client.get(key),
        hash: (key) => client.hgetall(key),
        list: (key) => client.lrange(key, 0, -1),
        set: (key) => client.smembers(key),
        zset: (key) => client.zrange(key, '0', '-1'),
        stream: (key) => client.xrange(key, '-', '+'),
      };
      const keys = await client.keys('*');
      const all = await Promise.all(
        keys.map(async (key) => [key, await reading[await client.type(key)]?.(key)]),
      );
      client.disconnect();
      return JSON.stringify(all);
    },
  };
}

/** A PostgreSQL whose address has a password, though it lets everybody in who gets at its socket. */
export async function openPostgresHome(password: string): Promise<OpenHome> {
  const folder = await newFolder();
  const dataDir = join(folder, 'data');
  const start = () => startEmbeddedServer(dataDir, { onError: () => {} });
  let server = await start();
  if (!('host' in server.address)) throw new Error('an embedded server is reached over its socket');
  const { host, port, user, database } = server.address;
  const url = `postgres://${user}:${password}@localhost:${port}/${database}?host=${encodeURIComponent(host)}`;
  let isUp = true;
  const halt = async () => {
    if (isUp) await server.stop();
    isUp = false;
  };
  return {
    url,
    halt,
    async start() {
      server = await start();
      isUp = true;
    },
    async everything() {
      const client = new pg.Client(url);
      await client.connect();
      const tables = await client.query<{ name: string }>(
        `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
         WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
      );
      const texts: string[] = [];
      for (const { name } of tables.rows) {
        const { rows } = await client.query<{ row: string }>(`SELECT t::text AS row FROM ${name} t`);
        texts.push(name, ...rows.map(({ row }) => row));
      }
      await client.end();
      await halt();
      const files = await readdir(folder, { recursive: true, withFileTypes: true });
      for (const file of files) {
        if (file.isFile()) texts.push(await readFile(join(file.parentPath, file.name), 'latin1'));
      }
      return texts.join('\n');
    },
    async close() {
      await halt();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
