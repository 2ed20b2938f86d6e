import autocannon from 'autocannon';
import { newRedis } from '../support/redis.ts';
import type { Round, Scenario } from './row.ts';
import { mentionOf, openWeb, type Web, watchLive } from './web.ts';

/** What became of a flood. */
export interface Flooded {
  readonly statuses: Readonly<Record<string, number>>;
  /** Milliseconds of the slowest answer of `livez` meanwhile, on the port for probes. */
  readonly slowestLive: number;
}

/** Delivers mentions of so many bytes over 200 connections, as fast as they are answered. */
export async function flood(
  web: Web,
  { bytes, seconds }: { bytes: number; seconds: number },
): Promise<Flooded> {
  const stop = watchLive(web.probes);
  const { statusCodeStats = {} } = await autocannon({
    url: `${web.address}/webhooks/gitlab`,
    method: 'POST',
    headers: web.headers,
    body: mentionOf(bytes, bytes),
    connections: 200,
    duration: seconds,
    timeout: 30,
    // In a thread of its own, so that `livez` is asked for in time.
    workers: 1,
  });
  const statuses = Object.entries(statusCodeStats).map(([status, { count = 0 }]) => [status, count] as const);
  return { statuses: Object.fromEntries(statuses), slowestLive: await stop() };
}

async function round(say: (text: string) => void): Promise<{ memory: Round; live: Round }> {
  const redis = await newRedis();
  await redis.start();
  const web = await openWeb({ kind: 'redis', url: redis.url });
  try {
    const idle = (await web.memory()).now;
    const floods: Flooded[] = [];
    for (const bytes of [60_000, 1_000_000]) floods.push(await flood(web, { bytes, seconds: 2 }));
    redis.signal('SIGSTOP');
    floods.push(await flood(web, { bytes: 1_000_000, seconds: 2 }));
    redis.signal('SIGCONT');
    const memory = (await web.memory()).most - idle;
    const live = Math.max(...floods.map(({ slowestLive }) => slowestLive)) / 1_000;
    say(`${JSON.stringify(floods)}, ${Math.round(memory)} MB over ${Math.round(idle)} MB`);
    return { memory: { ours: memory }, live: { ours: live } };
  } finally {
    await web.close();
    await redis.stop();
  }
}

export const overload: Scenario = {
  name: 'overload',
  about: 'Floods of deliveries of 60 KB and 1 MB over 200 connections, at the end while Redis stands still',
  async measure({ rounds, say }) {
    const all: { memory: Round; live: Round }[] = [];
    for (let count = 0; count < rounds; count += 1) all.push(await round(say));
    return [
      {
        what: 'memory in a flood, over idle',
        unit: 'MB',
        rounds: all.map(({ memory }) => memory),
        reach: { most: 256 },
      },
      {
        what: 'slowest livez in a flood, on the port of metrics',
        unit: 's',
        rounds: all.map(({ live }) => live),
        reach: { most: 1 },
      },
    ];
  },
};
