import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { openBackend } from '../../src/queue/open-backend.ts';
import { newRedis, type RedisServer } from '../support/redis.ts';
import { newFolder } from '../support/temporary.ts';
import { benchConfig, TOKEN } from './config.ts';
import { type Load, load } from './load.ts';
import { wanted } from './payloads.ts';
import { type Program, startBeckon, startCeiling } from './program.ts';
import { type Steady, steady } from './steady.ts';

/** Where the queue is; the ceiling of each is on one of the same kind. */
export type Home = 'redis' | 'embedded';

/** Beckon's receiving half and what it is compared with, beside each other. */
export interface Scene {
  readonly beckon: Program;
  readonly ceiling: Program;
  /** Loads a program with deliveries; so many a second were answered. */
  load(program: Program, what: Omit<Load, 'address' | 'token'>): Promise<number>;
  /** Sends it deliveries at a rate; milliseconds until each was answered. */
  steady(program: Program, what: Omit<Steady, 'address' | 'token'>): Promise<readonly number[]>;
}

/** Opens a scene for as long as something is measured in it. `ceiling`: without a queue, with one, or Beckon by another config. */
export async function inScene<T>(
  {
    home = 'redis',
    config = {},
    ceiling,
  }: { home?: Home; config?: object; ceiling: 'http' | 'add' | object },
  measure: (scene: Scene) => Promise<T>,
): Promise<T> {
  const folder = await newFolder();
  const redis = await newRedis({ fsync: 'everysec' });
  await redis.start();
  const programs: Program[] = [];
  const start = async (starting: Promise<Program>) => {
    const program = await starting;
    programs.push(program);
    return program;
  };
  const beckonBy = (name: string, more: object) => {
    const where = home === 'redis' ? { redis } : { dataDir: join(folder, name) };
    return start(startBeckon(benchConfig({ ...where, ...more }), { folder, name }));
  };
  try {
    const beckon = await beckonBy('beckon', config);
    const other =
      ceiling === 'http'
        ? await start(startCeiling({ token: TOKEN }, { folder }))
        : ceiling === 'add'
          ? await start(startCeiling(await adding({ home, redis, folder, beckon }), { folder }))
          : await beckonBy('other', ceiling as object);
    return await measure({
      beckon,
      ceiling: other,
      load: (program, what) => load({ ...what, address: program.address, token: TOKEN }),
      steady: (program, what) => steady({ ...what, address: program.address, token: TOKEN }),
    });
  } finally {
    for (const program of programs) await program.end();
    await redis.stop();
    await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }
}

/** What the ceiling adds: the very job that Beckon itself puts into its queue. */
async function adding({
  home,
  redis,
  folder,
  beckon,
}: {
  home: Home;
  redis: RedisServer;
  folder: string;
  beckon: Program;
}) {
  const answer = await fetch(`${beckon.address}/webhooks/gitlab`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-gitlab-token': TOKEN, 'x-gitlab-event': 'Note Hook' },
    body: wanted()(),
  });
  const { runs } = (await answer.json()) as { runs: { id: string }[] };
  const backend = await openBackend(
    home === 'redis'
      ? { kind: 'redis', url: redis.url }
      : { kind: 'embedded', dataDir: join(folder, 'beckon') },
    { isGuest: true },
  );
  const job = await backend.queue.getJob(runs[0]?.id ?? '');
  await backend.close();
  if (job === undefined) throw new Error('the job is in the queue');
  const { hostname, port, password } = new URL(redis.url.reveal());
  return {
    token: TOKEN,
    job: { name: job.name, data: job.data as object, opts: job.opts },
    ...(home === 'redis'
      ? { redis: { host: hostname, port: Number(port), password } }
      : { dataDir: join(folder, 'ceiling') }),
  };
}
