import { UNWANTED, wanted } from './payloads.ts';
import { inTurn, type Scenario } from './row.ts';
import { inScene } from './scene.ts';

/** A thousand triggers with ten globs each; those of the bench's project are the last. */
const MANY = Array.from({ length: 1_000 }, (_, index) => ({
  name: `trigger-${index}`,
  agent: 'claude',
  events: ['mention', 'assign', 'assign_reviewer'],
  projects:
    index === 999 ? ['acme/**'] : Array.from({ length: 10 }, (_, glob) => `group-${index}/part-${glob}/**`),
}));

export const triggers: Scenario = {
  name: 'triggers',
  about: '1,000 triggers with 10,000 globs, beside one trigger with one',
  measure: ({ rounds }) =>
    inScene({ config: { triggers: MANY }, ceiling: {} }, async ({ beckon, ceiling, load }) => {
      const dropped = { body: UNWANTED.note?.(5_000) ?? '', event: 'Note Hook', connections: 10, seconds: 1 };
      const taken = { ...dropped, body: wanted(), seconds: 2, status: 202 };
      const beside = (what: typeof dropped | typeof taken) => {
        const load1 = { status: 200, ...what };
        return inTurn(rounds, {
          ours: () => load(beckon, load1),
          ceiling: () => load(ceiling, load1),
        });
      };
      for (const program of [beckon, ceiling]) await load(program, { ...taken, seconds: 8 });
      const reach = { least: 0.9 };
      return [
        { what: '1,000 triggers, dropped', unit: 'req/s', rounds: await beside(dropped), reach },
        { what: '1,000 triggers, taken', unit: 'req/s', rounds: await beside(taken), reach },
      ];
    }),
};
