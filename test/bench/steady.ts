import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import type { Load } from './load.ts';

/** Deliveries at a rate, whether or not earlier ones have their answers. */
export interface Steady extends Omit<Load, 'connections'> {
  readonly perSecond: number;
}

/** More than are ever under way, so that none waits for another to be answered; one that does counts the wait. */
const CONNECTIONS = 64;

/**
 * Sends deliveries at a fixed rate, each at its time. Not by autocannon, whose rate is a number that each connection sends
 * at once at the beginning of a second. Milliseconds of each from when it was due; rejects where an answer has another status
 * than it has to have.
 */
export async function steady({
  address,
  token,
  body,
  event,
  seconds,
  status,
  perSecond,
}: Steady): Promise<readonly number[]> {
  const pool = new Pool(address, { connections: CONNECTIONS });
  const headers = { 'content-type': 'application/json', 'x-gitlab-token': token, 'x-gitlab-event': event };
  const began = performance.now();

  async function deliver(due: number): Promise<number> {
    const text = typeof body === 'function' ? body() : body;
    const answer = await pool.request({ path: '/webhooks/gitlab', method: 'POST', headers, body: text });
    const answered = await answer.body.text();
    if (answer.statusCode !== status) throw new Error(`answered with ${answer.statusCode}: ${answered}`);
    return performance.now() - due;
  }

  const sending: Promise<number>[] = [];
  try {
    while (sending.length < seconds * perSecond) {
      const due = began + (sending.length / perSecond) * 1_000;
      if (due > performance.now()) await sleep(1);
      else {
        const sent = deliver(due);
        // Nobody listens before all are sent, and an unheard failure would end the program without clearing up.
        sent.catch(() => {});
        sending.push(sent);
      }
    }
    return await Promise.all(sending);
  } finally {
    await pool.destroy();
  }
}
