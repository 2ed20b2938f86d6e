import type { Config } from './config/config.ts';
import { planRun } from './runs/plan.ts';
import type { Clock, GitLabOf, Observer } from './runs/ports.ts';
import type { RunQueue, ScheduledTrigger, Tick } from './runs/queue-ports.ts';

/** Every trigger with a schedule, once for each of its projects. */
export function scheduledTriggers({ triggers }: Pick<Config, 'triggers'>): readonly ScheduledTrigger[] {
  return triggers.flatMap(({ name, schedule, projects }) =>
    schedule === undefined
      ? []
      : projects.patterns.map((project) => ({
          trigger: name,
          project,
          cron: schedule.cron,
          timezone: schedule.timezone,
        })),
  );
}

/**
 * The inbound half for what happens by the clock: tick → event → run → queue. The agent itself is the acting
 * person. One run for each time, however often it is told. Asks GitLab for the project, so it is work for a worker.
 */
export function createTick(tools: {
  readonly config: Pick<Config, 'gitlab' | 'triggers'>;
  readonly gitlabOf: GitLabOf;
  readonly queue: Pick<RunQueue, 'add'>;
  readonly observer: Pick<Observer, 'queued'>;
  readonly clock: Clock;
}): (tick: Tick) => Promise<void> {
  const { config, gitlabOf, queue, observer, clock } = tools;
  return async ({ trigger: name, project: path, at }) => {
    const trigger = config.triggers.find((candidate) => candidate.name === name);
    // Taken out of the config since.
    if (trigger?.schedule === undefined) return;
    const gitlab = gitlabOf(trigger.agent.name);
    const [project, account] = await Promise.all([gitlab.project(path), gitlab.account()]);
    const event = {
      kind: 'scheduled',
      project,
      resource: undefined,
      actor: { id: account.id, username: account.username, name: account.name },
      happenedAt: new Date(at).toISOString(),
      confidential: false,
      input: trigger.schedule.input,
      action: name,
      mark: String(at),
    } as const;
    const run = planRun({ event, trigger }, { gitlabUrl: config.gitlab.url, now: clock() });
    const { duplicate } = await queue.add(run);
    if (!duplicate) observer.queued(run);
  };
}
