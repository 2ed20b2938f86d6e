import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { SettledPipeline } from '../events/reading.ts';
import type { JobQueue, RunJob } from './backend.ts';

/**
 * The trace that a wake leaves on a job. It is kept as a text: that is compared as it is, and JSON within JSON holds
 * nothing that PostgreSQL refuses, whatever a delivery says.
 */
const Mark = z.object({
  mark: z.string(),
  settled: z.exactOptional(
    z.object({
      id: z.number(),
      project: z.object({ id: z.number(), path: z.string() }),
      status: z.string(),
    }),
  ),
});

/** BullMQ's refusals (no such job, not in that state, lock of another) carry a negative code. */
export function isRefusal(error: unknown): boolean {
  return error instanceof Error && 'code' in error && typeof error.code === 'number' && error.code < 0;
}

async function unlessRefused(work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!isRefusal(error)) throw error;
  }
}

/**
 * Has a job taken up at once. A job that is being worked on at this moment is about to be put off, perhaps after
 * it looked for the very news it is woken for; so a mark is left first, in the job's progress, which we use for
 * nothing else. Whoever puts the job off looks for a new mark afterwards ({@link wokenMeanwhile}): one of the two
 * sees the other's trace. `settled` goes with the mark to whoever takes the job up ({@link settledIn}).
 */
export async function wakeJob(queue: JobQueue, id: string, settled?: SettledPipeline): Promise<void> {
  const job = await queue.getJob(id);
  if (job === undefined || job.finishedOn !== undefined) return;
  const mark: z.input<typeof Mark> = { mark: randomUUID(), ...(settled === undefined ? {} : { settled }) };
  await unlessRefused(job.updateProgress(JSON.stringify(mark)));
  await unlessRefused(job.promote());
}

/** Whether a job, which has just been put off, was woken since it was taken up. */
export async function wokenMeanwhile(
  queue: JobQueue,
  taken: { readonly id?: string | undefined; readonly progress: unknown },
): Promise<boolean> {
  const now = await queue.getJob(taken.id ?? '');
  return now !== undefined && now.progress !== taken.progress;
}

/** What the newest wake before a job was taken up told. */
export function settledIn({ progress }: Pick<RunJob, 'progress'>): SettledPipeline | undefined {
  // A number before the first wake, and a mere id from an older program.
  if (typeof progress !== 'string' || !progress.startsWith('{')) return undefined;
  return Mark.safeParse(JSON.parse(progress)).data?.settled;
}

/** Ends the waiting of a job; does nothing when it waits no longer. */
export async function promoteJob(queue: JobQueue, id: string): Promise<void> {
  const job = await queue.getJob(id);
  if (job !== undefined) await unlessRefused(job.promote());
}
