import { createHash } from 'node:crypto';
import { z } from 'zod';
import { RunSummary } from '../admin/view.ts';
import type { Notice, NoticeQueue } from '../notify/notice.ts';
import type { Backend, RunJob } from './backend.ts';
import { keepTrying } from './keep-trying.ts';
import { ANSWER_MS } from './settings.ts';
import { storable } from './storable.ts';

/** The data of a job that is no run but what somebody is to be told of one. */
const NoticeData = z.object({ notice: z.literal(1), receiver: z.string(), summary: RunSummary });

/** What is delivered stays known for a day, so that a run that is taken up again tells of nothing twice. */
const OPTIONS = {
  attempts: 10,
  backoff: { type: 'exponential', delay: 1_000 },
  removeOnComplete: { age: 86_400, count: 10_000 },
  removeOnFail: { age: 86_400, count: 1_000 },
} as const;

/** Notices as jobs beside the runs, so that whoever is told holds up none of those. */
export function createNoticeQueue({ queue }: Pick<Backend, 'queue'>): NoticeQueue {
  return {
    async add(notice) {
      const data = storable<z.input<typeof NoticeData>>({ notice: 1, ...notice });
      const options = { ...OPTIONS, jobId: noticeId(notice) };
      await keepTrying('put the notification into the queue', () => queue.add('notice', data, options), {
        ms: ANSWER_MS,
        pause: 100,
      });
    },
  };
}

/** A name may have any characters, an id may not. */
function noticeId({ receiver, summary: { id, state } }: Notice): string {
  const whom = createHash('sha256').update(receiver).digest('hex').slice(0, 12);
  return `notice-${id}-${state}-${whom}`;
}

/** The notice in a job, or `undefined` for a job that is something else. */
export function readNotice(job: Pick<RunJob, 'data'>): Notice | undefined {
  const read = NoticeData.safeParse(job.data);
  return read.success ? { receiver: read.data.receiver, summary: read.data.summary } : undefined;
}
