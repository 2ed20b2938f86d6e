import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import autocannon from 'autocannon';
import type { QueueHome } from '../../src/config/config.ts';
import { openBackend } from '../../src/queue/open-backend.ts';
import { createRunQueue } from '../../src/queue/producer.ts';
import { aRun } from '../queue/a-run.ts';
import { newRedis } from '../support/redis.ts';
import { until } from '../support/until.ts';
import type { Row, Scenario } from './row.ts';
import { mentionOf, openWeb } from './web.ts';

const RUNS = 300;
/** Of each worker: so few that they wait for GitLab, as they do where it takes longer, and not for the processor. */
const CONCURRENCY = 4;
/** Milliseconds that every answer of the stand-in for GitLab takes. */
const ANSWER_MS = 50;
const SECONDS = 2;
/** Of the sender, to all web processes together. */
const CONNECTIONS = 50;

let lastNote = 0;

/** New mentions taken in a second by so many web processes, each delivered once. */
async function takenBy(processes: number, home: QueueHome): Promise<number> {
  const webs = await Promise.all(Array.from({ length: processes }, () => openWeb(home)));
  try {
    const results = await Promise.all(
      webs.map(({ address, headers }) =>
        autocannon({
          url: address,
          connections: CONNECTIONS / processes,
          duration: SECONDS,
          requests: [
            {
              method: 'POST',
              path: '/webhooks/gitlab',
              headers,
              setupRequest: (request) => {
                lastNote += 1;
                return { ...request, body: mentionOf(lastNote, 3_000) };
              },
            },
          ],
        }),
      ),
    );
    return results.reduce((sum, result) => sum + result['2xx'] / result.duration, 0);
  } finally {
    await Promise.all(webs.map((web) => web.close()));
  }
}

/** Knows nobody, so that runs end where they are let in, and takes its time over every answer. */
async function startStandIn() {
  let asked = 0;
  const server = createServer((request, response) => {
    asked += 1;
    request.resume();
    setTimeout(() => {
      response.writeHead(404, { 'content-type': 'application/json' }).end('{"message":"404 Not found"}');
    }, ANSWER_MS);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    asked: () => asked,
    close: () => server.close().closeAllConnections(),
  };
}

/** Runs that so many workers bring to their end in a second. */
async function performedBy(processes: number, home: QueueHome, say: (text: string) => void): Promise<number> {
  const gitlab = await startStandIn();
  const queue = createRunQueue(await openBackend(home), { retention: 3_600_000 });
  const open = () => openWeb(home, { role: 'worker', gitlab: gitlab.url, concurrency: CONCURRENCY });
  const workers = await Promise.all(Array.from({ length: processes }, open));
  try {
    const before = (await queue.depth()).completed;
    const [began, asked] = [performance.now(), gitlab.asked()];
    await Promise.all(Array.from({ length: RUNS }, () => queue.add(aRun())));
    await until('all runs are over', async () => (await queue.depth()).completed - before >= RUNS, {
      ms: 60_000,
    });
    const seconds = (performance.now() - began) / 1_000;
    say(`${processes}: ${((gitlab.asked() - asked) / RUNS).toFixed(1)} requests to GitLab for each run`);
    return RUNS / seconds;
  } finally {
    await Promise.all(workers.map((worker) => worker.close()));
    await queue.close();
    gitlab.close();
  }
}

export const scale: Scenario = {
  name: 'scale',
  about:
    'The same work by one process and by two, on one Redis; sender, Redis and stand-in share the processors',
  async measure({ rounds, say }) {
    const redis = await newRedis();
    await redis.start();
    const home: QueueHome = { kind: 'redis', url: redis.url };
    const web: Row['rounds'][number][] = [];
    const worker: Row['rounds'][number][] = [];
    try {
      // Some fifteen seconds each.
      for (let count = 0; count < Math.min(rounds, 3); count += 1) {
        const one = await takenBy(1, home);
        web.push({ ours: await takenBy(2, home), ceiling: one });
        await redis.command('FLUSHALL');
        const alone = await performedBy(1, home, say);
        worker.push({ ours: await performedBy(2, home, say), ceiling: alone });
      }
    } finally {
      await redis.stop();
    }
    return [
      { what: 'mentions taken by two web processes; by one', unit: 'req/s', rounds: web },
      { what: 'runs refused by two workers; by one', unit: 'runs/s', rounds: worker },
    ];
  },
};
