import { claimOf } from '../../src/runs/claim.ts';
import type { RunTurns } from '../../src/runs/queue-ports.ts';
import type { Run } from '../../src/runs/run.ts';
import type { RunLimits } from '../../src/turns/claim.ts';
import { NO_TURNS, release, request } from '../../src/turns/turns.ts';

/** The turns of one process, kept in memory. `woken`: runs that were told that their turn has come. */
export function turnsDouble(limits: RunLimits = { global: 50, perProject: 5, perAgent: 20, perUser: 3 }) {
  let turns = NO_TURNS;
  const woken: string[] = [];
  const known = new Map<string, Run>();
  const port: RunTurns = {
    async request(run, onBusy) {
      known.set(run.id, run);
      const change = request(turns, claimOf(run), { limits, onBusy });
      turns = change.turns;
      woken.push(...change.granted);
      const { answer } = change;
      return answer.kind === 'busy' ? { kind: 'busy', by: known.get(answer.by) } : answer;
    },
    async release(runId) {
      const change = release(turns, [runId], limits);
      turns = change.turns;
      woken.push(...change.granted);
    },
  };
  return {
    port,
    woken,
    active: () => turns.active.map(({ id }) => id),
    waiting: () => turns.waiting.map(({ id }) => id),
  };
}
