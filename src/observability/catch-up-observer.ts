import type { Logger } from 'pino';
import { messageOf } from '../lib/errors.ts';
import type { CatchUpObserver } from '../runs/todo-ports.ts';
import type { Metrics } from './metrics.ts';

/** One log line and one metric for each thing that was caught up with; trouble is told when it begins, changes or ends. */
export function createCatchUpObserver({ log, metrics }: { log: Logger; metrics: Metrics }): CatchUpObserver {
  const troubles = new Map<string, string>();
  return {
    caughtUp(what) {
      metrics.caughtUp.inc({ agent: what.agent, outcome: what.outcome });
      log.info(what, 'caught up with what no webhook told');
    },
    lookedThrough(agent, trouble) {
      const known = troubles.get(agent);
      if (trouble === undefined) {
        troubles.delete(agent);
        if (known !== undefined) log.info({ agent }, 'To-Do items can be looked through again');
        return;
      }
      const message = messageOf(trouble);
      troubles.set(agent, message);
      if (message !== known) log.warn({ agent, err: trouble }, 'cannot look through all To-Do items');
    },
  };
}
