import { summaryOf } from '../admin/view.ts';
import type { Receiver, RunState } from '../config/config.ts';
import type { Clock } from '../runs/ports.ts';
import type { Perform } from '../runs/queue-ports.ts';
import type { Run } from '../runs/run.ts';
import { runState } from '../runs/state.ts';
import type { NoticeQueue } from './notice.ts';

/**
 * Performs runs, and puts a notice into the queue for every receiver that wants to know of a state to which a run
 * comes. The notice is durable before the run is saved in that state: whoever takes the run up after a crash finds it
 * untold, or told already. So no state is missed, and none is told twice by one receiver's notice.
 */
export function createTelling({
  perform,
  receivers,
  notices,
  clock,
}: {
  readonly perform: Perform;
  readonly receivers: readonly Receiver[];
  readonly notices: NoticeQueue;
  readonly clock: Clock;
}): Perform {
  return async (start, tools) => {
    // A run without a history was never taken up: nobody knows of it yet.
    let told = start.history === undefined ? undefined : stateToTell(start);
    async function tell(run: Run): Promise<void> {
      const state = stateToTell(run);
      if (state === undefined || state === told) return;
      for (const { name } of receivers.filter((one) => wants(one, run, state))) {
        await notices.add({ receiver: name, summary: summaryOf(run, clock()) });
      }
      told = state;
    }
    async function save(run: Run): Promise<void> {
      await tell(run);
      await tools.save(run);
    }

    await tell(start);
    const performed = await perform(start, { ...tools, save });
    await tell(performed.run);
    return performed;
  };
}

/** `undefined` for a run whose outcome is known and that still has to clean up and to say so. */
function stateToTell(run: Run): RunState | undefined {
  return run.outcome !== undefined && run.finishedAt === undefined ? undefined : runState(run);
}

function wants({ states, agents, projects }: Receiver, { agent, event }: Run, state: RunState): boolean {
  return (
    states.has(state) &&
    (agents === undefined || agents.has(agent)) &&
    (projects === undefined || projects.match(event.project.path))
  );
}
