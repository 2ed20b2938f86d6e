import { z } from 'zod';
import type { Duty, ScheduledTrigger, Tick } from '../runs/queue-ports.ts';
import type { JobQueue, RunJob } from './backend.ts';
import { dutyId, startDuties } from './duties.ts';

/** The data of a job that is no run but the time of a schedule. */
const TickData = z.object({ tick: z.literal(1), trigger: z.string(), project: z.string() });

/** Of the options of a tick: tried again when GitLab or our own code fails, and gone once it has made its run. */
const OPTIONS = {
  attempts: 10,
  backoff: { type: 'exponential', delay: 2_000 },
  removeOnComplete: true,
  removeOnFail: { age: 86_400, count: 1_000 },
  // As of duties.
  telemetry: { omitContext: true },
} as const;

/** What is done ever again: all schedules and all duties that there are. */
export interface Recurring {
  readonly schedules: readonly ScheduledTrigger[];
  readonly duties: readonly Duty[];
}

/**
 * Makes the queue's schedules those of the config: new and changed ones are set, others removed, but for those of
 * `duties`. Any number of workers may do it at once, and one tick comes of each time.
 */
export async function syncSchedules(queue: JobQueue, { schedules, duties }: Recurring): Promise<void> {
  const wanted = new Set([...schedules.map(idOf), ...duties.map(dutyId)]);
  for (const known of await queue.getJobSchedulers()) {
    if (!wanted.has(known.key)) await queue.removeJobScheduler(known.key);
  }
  for (const schedule of schedules) {
    const { trigger, project, cron, timezone } = schedule;
    const data = { tick: 1, trigger, project };
    await queue.upsertJobScheduler(
      idOf(schedule),
      { pattern: cron, tz: timezone },
      { name: 'tick', data, opts: OPTIONS },
    );
  }
  await startDuties(queue, duties);
}

/** Sets them once more where some are missing, as in a Redis that came back without its data. */
export async function restoreSchedules(queue: JobQueue, { schedules, duties }: Recurring): Promise<void> {
  const known = new Set((await queue.getJobSchedulers()).map(({ key }) => key));
  const wanted = [...schedules.map(idOf), ...duties.map(dutyId)];
  if (!wanted.every((id) => known.has(id))) await syncSchedules(queue, { schedules, duties });
}

/** BullMQ takes colons in an id for its own separators. */
function idOf({ trigger, project }: ScheduledTrigger): string {
  return `${encodeURIComponent(trigger)}@${encodeURIComponent(project)}`.replaceAll('%', '_');
}

/** The tick in a job, or `undefined` for a job that is a run. Its time is the one it was planned for. */
export function readTick(job: RunJob): Tick | undefined {
  const read = TickData.safeParse(job.data);
  if (!read.success) return undefined;
  const { trigger, project } = read.data;
  const planned = Number(/:(\d{10,})$/.exec(job.id ?? '')?.[1] ?? job.timestamp + (job.opts.delay ?? 0));
  return { trigger, project, at: planned };
}
