import type { Config } from '../../src/config/config.ts';
import type { Event } from '../../src/events/event.ts';
import { createPerform } from '../../src/perform.ts';
import { createNamedUsers } from '../../src/runs/named-users.ts';
import { planRetry, planRun } from '../../src/runs/plan.ts';
import type { Perform, StopRequest } from '../../src/runs/queue-ports.ts';
import type { Run } from '../../src/runs/run.ts';
import { agent, config, trigger } from '../builders/config.ts';
import { mention } from '../builders/events.ts';
import { gitlabDouble } from '../doubles/gitlab.ts';
import { silentObserver } from '../doubles/observer.ts';
import { ratesDouble } from '../doubles/rates.ts';
import { turnsDouble } from '../doubles/turns.ts';

/** A run of one agent against the double, with a clock of its own. */
export function setUp(
  fields: Parameters<typeof agent>[0] = {},
  event: Event = mention(),
  around: Partial<Config> = {},
) {
  const double = gitlabDouble();
  const rule = trigger({ agent: agent(fields) });
  let now = 0;
  let stop: StopRequest | undefined;
  let times = 0;
  const perform = createPerform({
    config: config({ triggers: [rule], ...around }),
    gitlabOf: () => double.gitlab,
    parentOf: async () => undefined,
    isLetIn: createNamedUsers({ clock: () => now, unknown: () => {} }),
    rates: ratesDouble().port,
    turns: turnsDouble().port,
    stopOf: async () => stop,
    observer: silentObserver,
    clock: () => now,
    random: () => 1,
  });
  let saved: Run = planRun({ event, trigger: rule }, { gitlabUrl: 'https://gitlab.example.com', now });

  /** Takes the run up as a worker does, from what was saved last; gives how it went. */
  async function takeUp(
    run = saved,
    {
      confirm = async () => {},
      signal = new AbortController().signal,
      interruptions = 0,
      settled = undefined,
    }: Partial<Omit<Parameters<Perform>[1], 'save'>> = {},
  ) {
    const performed = await perform(run, {
      save: async (step) => {
        saved = step;
      },
      confirm,
      signal,
      interruptions,
      settled,
    });
    saved = performed.run;
    return performed;
  }
  /** Takes the run up again and again, as often as it asks for, until it is done. */
  async function toTheEnd() {
    for (let times = 0; times < 200; times += 1) {
      const performed = await takeUp();
      if (performed.kind === 'done') return performed.run;
      now = performed.at;
    }
    throw new Error('the run does not end');
  }
  /** Performs the event once more, as another run. */
  async function again() {
    times += 1;
    saved = planRetry(saved, { mark: String(times), now });
    return toTheEnd();
  }
  const note = () => double.notes[0]?.body ?? '';
  return {
    ...double,
    again,
    double,
    takeUp,
    toTheEnd,
    note,
    saved: () => saved,
    stop(reason = '') {
      stop = { by: 'bob', reason };
    },
    pass: (ms: number) => {
      now += ms;
    },
  };
}

/** A run that follows a pipeline, whose statuses the test says. */
export function follow(...given: Parameters<typeof setUp>) {
  const scene = setUp(...given);
  let status = 'created';
  scene.double.failing((operation) => {
    const [pipeline] = scene.pipelines;
    if (operation === 'pipeline' && pipeline) Object.assign(pipeline, { status });
    return undefined;
  });
  /** What the note says at the next look, `ms` later, when GitLab says this status. */
  const noteAfter = async (ms: number, next: string) => {
    status = next;
    scene.pass(ms);
    await scene.takeUp();
    return scene.note();
  };
  return { ...scene, noteAfter };
}
