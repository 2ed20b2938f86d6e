/**
 * What one delivery allocates beyond an empty request, as JSON:
 * `node --expose-gc --min-semi-space-size=64 --import tsx allocations.ts`. The new space is so large that nothing is
 * swept away between two looks, so what is in use has grown by what was allocated.
 */
import { pino } from 'pino';
import { notePayload } from '../builders/payloads.ts';
import { webServer } from '../http/web-server.ts';
import { median } from './row.ts';
import { grownTo } from './web.ts';

const BATCH = 100;
const ROUNDS = 15;
/** What comes first is compiled anew, and allocates more. */
const TO_WARM_UP = 5;

const deliveries = { add: () => {}, addInPassing: () => {}, all: async () => [] };
const { server, deliver } = webServer({ deliveries, log: pino({ level: 'silent' }) });
const noteOf = (text: string) => grownTo(notePayload(text), 20_000);

async function bytesOf(act: () => Promise<unknown>): Promise<number> {
  const rounds: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    globalThis.gc?.();
    const before = process.memoryUsage();
    for (let count = 0; count < BATCH; count += 1) await act();
    const after = process.memoryUsage();
    rounds.push((after.heapUsed + after.external - before.heapUsed - before.external) / BATCH);
  }
  return median(rounds.slice(TO_WARM_UP));
}

const empty = await bytesOf(() => server.inject('/livez'));
const [dropped, taken] = [noteOf('@bob please'), noteOf('@claude-bot please')];
console.log(
  JSON.stringify({
    'bytes allocated for a dropped delivery of 20 KB': Math.round(
      (await bytesOf(() => deliver(dropped))) - empty,
    ),
    'bytes allocated for a taken delivery of 20 KB': Math.round(
      (await bytesOf(() => deliver(taken))) - empty,
    ),
  }),
);
