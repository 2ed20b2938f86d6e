import { isOurs } from '../../events/own-note.ts';
import type { Comment, Thread } from '../../flows/context/threads.ts';
import { lastLines } from '../job-log.ts';
import type { Found } from '../message.ts';
import { placeOf } from '../place.ts';
import type { GitLab } from '../ports.ts';
import type { Run } from '../run.ts';
import type { StepTools } from './step.ts';
import { unlessFailed } from './unless-failed.ts';

/** A thread, and which of its comments the agent's account wrote. */
export interface OwnThread extends Thread {
  readonly isOwn: (comment: Comment) => boolean;
}

/** What there is to tell of a run that its outcome does not hold: the agent's own answer, and why its job failed. */
export async function findMore(run: Run, thread: OwnThread | undefined, tools: StepTools): Promise<Found> {
  const answer = answerIn(thread, run);
  const log = await readLog(run, tools);
  return { ...(answer === undefined ? {} : { answer }), ...(log === undefined ? {} : { log }) };
}

/** The thread of the progress note as it is now. */
export async function readThread({ event, note }: Run, gitlab: GitLab): Promise<OwnThread | undefined> {
  const place = placeOf(event);
  if (place === undefined || note?.discussionId === undefined) return undefined;
  const [thread, { username }] = await Promise.all([
    gitlab.thread(place, note.discussionId),
    gitlab.account(),
  ]);
  return thread === undefined ? undefined : { ...thread, isOwn: ({ author }) => author === username };
}

/** The address of the last note that the agent wrote in the thread since the run began. */
function answerIn(thread: OwnThread | undefined, { event, note }: Run): string | undefined {
  const started = note?.id ?? 0;
  const found = thread?.comments.findLast(
    (comment) => comment.id > started && thread.isOwn(comment) && !isOurs(comment.body),
  );
  return found === undefined ? undefined : `${event.resource?.url}#note_${found.id}`;
}

/** Only where everybody who sees the project may read its job logs: the readers of the thread are no fewer. */
async function readLog({ event, outcome }: Run, { gitlab, overlooked }: StepTools) {
  const jobId = outcome?.kind === 'failed' ? outcome.job?.id : undefined;
  if (jobId === undefined) return undefined;
  const projectId = event.project.id;
  const state = await unlessFailed(gitlab.projectState(projectId), overlooked);
  if (state?.publicJobs !== true) return undefined;
  const log = lastLines((await unlessFailed(gitlab.jobLog(projectId, jobId), overlooked)) ?? '');
  return log === '' ? undefined : log;
}
