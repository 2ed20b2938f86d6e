import { wanted } from './payloads.ts';
import type { Program } from './program.ts';
import { inTurn, median, percentile, type Row, type Scenario } from './row.ts';
import { type Home, inScene } from './scene.ts';

const SECONDS = 2;
const COMMENT = { event: 'Note Hook', status: 202, seconds: SECONDS };

/** A delivery that is taken, on one home of the queue. */
function takenOn(home: Home): Scenario {
  return {
    name: `taken-${home}`,
    about: `deliveries that are read, matched and durable in the queue (${home}), beside Fastify with one add of the same job`,
    measure: ({ rounds, say }) =>
      inScene({ home, ceiling: 'add' }, async ({ beckon, ceiling, load, steady }) => {
        const rows: Row[] = [];
        const another = wanted();
        // What runs for days is compiled; what has just begun is not.
        const warm = { ...COMMENT, body: another, connections: 10, seconds: 10 };
        for (const program of [beckon, ceiling]) await load(program, warm);
        for (const connections of [10, 100]) {
          const what = { ...COMMENT, body: another, connections };
          say(`${connections} connections`);
          rows.push({
            what: `taken on ${home}, ${connections} connections`,
            unit: 'req/s',
            rounds: await inTurn(rounds, {
              ours: () => load(beckon, what),
              ceiling: () => load(ceiling, what),
            }),
            reach: { least: 0.85 },
          });
        }
        const capacity = (side: 'ours' | 'ceiling') =>
          median((rows[0]?.rounds ?? []).flatMap((round) => round[side] ?? []));
        const late = async (program: Program, perSecond: number) =>
          percentile(await steady(program, { ...COMMENT, body: another, seconds: 4, perSecond }), 99);
        say('at half of the capacity');
        rows.push({
          what: `taken on ${home}, p99 at half of its own capacity`,
          unit: 'ms',
          rounds: await inTurn(rounds, {
            ours: () => late(beckon, capacity('ours') / 2),
            ceiling: () => late(ceiling, capacity('ceiling') / 2),
          }),
          reach: { most: 1.5 },
        });
        const again = another();
        say('duplicates');
        rows.push({
          what: `a duplicate on ${home}, beside one that is taken`,
          unit: 'req/s',
          rounds: await inTurn(rounds, {
            ours: () => load(beckon, { ...COMMENT, body: again, connections: 10 }),
            ceiling: () => load(beckon, { ...COMMENT, body: another, connections: 10 }),
          }),
          reach: { least: 1 },
        });
        return rows;
      }),
  };
}

export const takenOnRedis = takenOn('redis');
export const takenEmbedded = takenOn('embedded');
