import { z } from 'zod';
import type { Duty } from '../runs/queue-ports.ts';
import type { JobQueue, RunJob } from './backend.ts';

/** The data of a job that is no run but the time of a duty. */
const DutyData = z.object({ duty: z.string() });

/** What goes wrong is done at the next time; nothing of it is kept. */
const OPTIONS = {
  attempts: 1,
  removeOnComplete: true,
  removeOnFail: true,
  // Each time is a trace of its own: else all would be one that never ends.
  telemetry: { omitContext: true },
} as const;

/** The id of a duty's scheduler. Schedules of triggers have an `@` in theirs. */
export function dutyId({ name }: Duty): string {
  return `duty-${name}`;
}

/**
 * Has every duty done from now on, the first time at once. Any number of workers may do it, and each time is one
 * worker's.
 */
export async function startDuties(queue: JobQueue, duties: readonly Duty[]): Promise<void> {
  for (const duty of duties) {
    const template = { name: 'duty', data: { duty: duty.name }, opts: OPTIONS };
    const next = await queue.upsertJobScheduler(dutyId(duty), { every: duty.every }, template);
    // Refused where it is not waiting: then somebody is at it already.
    if ((await next?.isDelayed()) === true) await next?.promote().catch(() => {});
  }
}

/** The name of the duty in a job, or `undefined` for a job that is something else. */
export function readDuty(job: RunJob): string | undefined {
  return DutyData.safeParse(job.data).data?.duty;
}
