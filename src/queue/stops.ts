import { z } from 'zod';
import type { StopRequest } from '../runs/queue-ports.ts';

/** The data of a job that is no run but the wish that one stops. */
const StopData = z.object({ stop: z.literal(1), runId: z.string(), by: z.string(), reason: z.string() });

/** The name of such a job. */
export const STOP = 'stop';

/** Its id: a function of the run's, so that the first request is the one that is kept. */
export function stopId(runId: string): string {
  return `${STOP}-${runId}`;
}

/** What such a job holds. */
export function stopData(runId: string, { by, reason }: StopRequest): z.input<typeof StopData> {
  return { stop: 1, runId, by, reason };
}

/** The request in a job, or `undefined` for a job that is a run or a tick. */
export function readStop(job: {
  readonly data: unknown;
}): (StopRequest & { readonly runId: string }) | undefined {
  const read = StopData.safeParse(job.data);
  if (!read.success) return undefined;
  const { runId, by, reason } = read.data;
  return { runId, by, reason };
}
