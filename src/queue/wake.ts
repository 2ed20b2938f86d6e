import { randomUUID } from 'node:crypto';
import type { JobQueue } from './backend.ts';

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
 * sees the other's trace.
 */
export async function wakeJob(queue: JobQueue, id: string): Promise<void> {
  const job = await queue.getJob(id);
  if (job === undefined || job.finishedOn !== undefined) return;
  await unlessRefused(job.updateProgress(randomUUID()));
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

/** Ends the waiting of a job; does nothing when it waits no longer. */
export async function promoteJob(queue: JobQueue, id: string): Promise<void> {
  const job = await queue.getJob(id);
  if (job !== undefined) await unlessRefused(job.promote());
}
