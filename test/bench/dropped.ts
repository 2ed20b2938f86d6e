import type { Load } from './load.ts';
import { UNWANTED } from './payloads.ts';
import { inTurn, type Row, type Scenario } from './row.ts';
import { inScene } from './scene.ts';

const EVENTS = { note: 'Note Hook', push: 'Push Hook', pipeline: 'Pipeline Hook' };
const SIZES = [2, 10, 60];
const SECONDS = 1;

/** What runs for days is compiled; what has just begun is not. */
async function warmUp(load: (what: Omit<Load, 'address' | 'token'>) => Promise<unknown>): Promise<void> {
  for (const [kind, event] of Object.entries(EVENTS)) {
    const body = UNWANTED[kind]?.(10_000) ?? '';
    for (const connections of [10, 100]) await load({ body, event, connections, seconds: 2, status: 200 });
  }
}

export const dropped: Scenario = {
  name: 'dropped',
  about: 'deliveries that no trigger can want, beside Fastify with the same body read and the token compared',
  measure: ({ rounds, say }) =>
    inScene({ ceiling: 'http' }, async ({ beckon, ceiling, load }) => {
      const rows: Row[] = [];
      for (const program of [beckon, ceiling]) await warmUp((what) => load(program, what));
      for (const [kind, event] of Object.entries(EVENTS)) {
        for (const size of SIZES) {
          const body = UNWANTED[kind]?.(size * 1_000) ?? '';
          for (const connections of [10, 100]) {
            const what = { body, event, connections, seconds: SECONDS, status: 200 };
            const name = `dropped ${kind}, ${size} KB, ${connections} connections`;
            say(name);
            rows.push({
              what: name,
              unit: 'req/s',
              rounds: await inTurn(rounds, {
                ours: () => load(beckon, what),
                ceiling: () => load(ceiling, what),
              }),
              reach: { least: 0.75 },
            });
          }
        }
      }
      return rows;
    }),
};
