import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { pipelinePayload } from '../builders/payloads.ts';
import type { Home } from '../contracts/run-queue.ts';
import { embeddedHome, redisHome } from '../queue/homes.ts';
import { percentile, type Row, type Scenario } from './row.ts';
import { grownTo, mentionOf, openWeb, type Web } from './web.ts';

export interface BurstOptions {
  readonly deliveries: number;
  readonly seconds: number;
  /** Every so many deliveries one mentions the agent. */
  readonly mentionEvery: number;
}

export interface Burst {
  /** Mentions without a run in the queue, and runs without a mention or beside another one of the same. */
  readonly lost: number;
  readonly double: number;
  /** Deliveries that had to be sent again, as GitLab does at the request of a worker. */
  readonly resent: number;
  /** Milliseconds from the first byte of a delivery to its answer. */
  readonly answers: readonly number[];
}

/** Milliseconds after which a delivery that was not taken is sent again. */
const AGAIN_MS = 1_000;
const MOST_TRIES = 30;
const SIZES = [2_000, 4_000, 8_000, 16_000, 32_000, 60_000];

/** What starts nothing: pushes, comments and pipelines of 2 to 60 KB. */
const OTHERS = SIZES.flatMap((bytes, index) => [
  { event: 'Push Hook', body: grownTo({ object_kind: 'push', ref: 'refs/heads/main' }, bytes) },
  { event: 'Note Hook', body: mentionOf(index, bytes).replace('@claude-bot', '@bob') },
  { event: 'Pipeline Hook', body: grownTo(pipelinePayload('main', 'success'), bytes) },
]);

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly ms: number;
}

/** Over a connection of its own, as GitLab delivers. */
function deliver(web: Web, event: string, body: string): Promise<Answer> {
  const began = performance.now();
  return new Promise((resolve, reject) => {
    const headers = { ...web.headers, 'x-gitlab-event': event };
    const sent = request(`${web.address}/webhooks/gitlab`, { method: 'POST', agent: false, headers });
    sent.once('error', reject);
    sent.once('response', async (response) => {
      const answered = await text(response);
      resolve({ status: response.statusCode ?? 0, body: answered, ms: performance.now() - began });
    });
    sent.end(body);
  });
}

/**
 * Delivers at a steady rate, whether it is answered or not. What is not taken is sent again, as GitLab does at
 * the request of a worker; then the runs of the mentions are looked for in the queue.
 */
export async function burst(web: Web, { deliveries, seconds, mentionEvery }: BurstOptions): Promise<Burst> {
  const answers: number[] = [];
  const runsOf = new Map<number, Set<string>>();
  let resent = 0;

  async function untilTaken(index: number): Promise<void> {
    const other = OTHERS[index % OTHERS.length];
    const isMention = index % mentionEvery === 0;
    const { event, body } =
      isMention || other === undefined
        ? { event: 'Note Hook', body: mentionOf(1_000 + index, 4_000) }
        : other;
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const answer = await deliver(web, event, body).catch(() => undefined);
      if (answer !== undefined) answers.push(answer.ms);
      if (answer?.status === 200 && !isMention) return;
      if (answer?.status === 202 && isMention) {
        const { runs } = JSON.parse(answer.body) as { runs: readonly { id: string }[] };
        runsOf.set(index, new Set(runs.map(({ id }) => id)));
        return;
      }
      resent += 1;
      await sleep(AGAIN_MS);
    }
  }

  const began = performance.now();
  const sending: Promise<void>[] = [];
  for (let index = 0; index < deliveries; index += 1) {
    const early = began + (index * seconds * 1_000) / deliveries - performance.now();
    if (early > 1) await sleep(early);
    sending.push(untilTaken(index));
  }
  await Promise.all(sending);

  const { runs } = (await web.api('/runs?limit=1000')) as { runs: readonly { id: string }[] };
  const kept = new Set(runs.map(({ id }) => id));
  const mentions = Math.ceil(deliveries / mentionEvery);
  const found = [...runsOf.values()].filter((ids) => ids.size === 1 && [...ids].every((id) => kept.has(id)));
  return { lost: mentions - found.length, double: runs.length - found.length, resent, answers };
}

async function round(home: Home, isPerforming: boolean): Promise<Burst> {
  const web = await openWeb(await home.open(), { role: isPerforming ? 'all' : 'web' });
  try {
    return await burst(web, { deliveries: 5_000, seconds: 10, mentionEvery: 50 });
  } finally {
    await web.close();
    await home.close();
  }
}

export const burstScenario: Scenario = {
  name: 'burst',
  about: '5,000 deliveries in ten seconds, each over its own connection, of which 100 start a run',
  async measure({ rounds, say }) {
    const rows: Row[] = [];
    for (const [name, home, isPerforming] of [
      ['Redis', redisHome, false],
      ['embedded', embeddedHome, true],
    ] as const) {
      const all: Burst[] = [];
      // Two homes and ten seconds each leave time for no more.
      for (let count = 0; count < Math.min(rounds, 2); count += 1) {
        const done = await round(home(), isPerforming);
        const { lost, double, resent, answers } = done;
        const [middle, late] = [50, 99].map((hundredth) => Math.round(percentile(answers, hundredth)));
        say(
          `${name}: answers within ${middle} ms, 99 % within ${late} ms; ${lost} lost, ${double} double, ${resent} resent, ${answers.length} answers`,
        );
        all.push(done);
      }
      rows.push(
        {
          what: `mentions lost or done twice in a burst, ${name}`,
          unit: 'lost',
          rounds: all.map(({ lost, double }) => ({ ours: lost + double })),
          reach: { most: 0 },
        },
        {
          what: `slowest answer but 1 %, ${name}`,
          unit: 'ms',
          rounds: all.map(({ answers }) => ({ ours: percentile(answers, 99) })),
        },
      );
    }
    return rows;
  },
};
