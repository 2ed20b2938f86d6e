import type { Config, Trigger } from '../../src/config/config.ts';
import type { SettledPipeline } from '../../src/events/reading.ts';
import { createPerform } from '../../src/perform.ts';
import { createNamedUsers } from '../../src/runs/named-users.ts';
import type { GitLab, Observer } from '../../src/runs/ports.ts';
import type { ParentOf } from '../../src/runs/queue-ports.ts';
import type { Run } from '../../src/runs/run.ts';
import { config } from '../builders/config.ts';
import { silentObserver } from './observer.ts';
import { ratesDouble } from './rates.ts';
import { turnsDouble } from './turns.ts';

/** Takes runs of a trigger up as a worker does, with a clock that only moves to when a run wants to go on. */
export function performer(
  gitlab: GitLab,
  rule: Trigger,
  {
    fields = {},
    parentOf = async () => undefined,
    observer = silentObserver,
  }: { fields?: Partial<Config>; parentOf?: ParentOf; observer?: Observer } = {},
) {
  let now = 0;
  const perform = createPerform({
    config: config({ triggers: [rule], ...fields }),
    gitlabOf: () => gitlab,
    parentOf,
    isLetIn: createNamedUsers({ clock: () => now, unknown: () => {} }),
    rates: ratesDouble(fields.limits?.rate).port,
    turns: turnsDouble().port,
    stopOf: async () => undefined,
    observer,
    clock: () => now,
    random: () => 1,
  });

  /** `saved` hears of every step, as the queue does. */
  async function takeUp(
    run: Run,
    saved: (run: Run) => void,
    { settled }: { settled?: SettledPipeline | undefined } = {},
  ): Promise<void> {
    const performed = await perform(run, {
      save: async (step) => saved(step),
      confirm: async () => {},
      signal: new AbortController().signal,
      interruptions: 0,
      settled,
    });
    if (performed.kind === 'wait') now = performed.at;
    saved(performed.run);
  }
  /** `between` may change the world whenever the run waits. */
  async function toTheEnd(start: Run, between: (run: Run) => void = () => {}): Promise<Run> {
    let run = start;
    for (let times = 0; times < 300 && run.finishedAt === undefined; times += 1) {
      await takeUp(run, (step) => {
        run = step;
      });
      between(run);
    }
    return run;
  }
  return { takeUp, toTheEnd, now: () => now };
}
