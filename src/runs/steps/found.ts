import { isOurs } from '../../events/own-note.ts';
import { lastLines } from '../job-log.ts';
import type { Found } from '../message.ts';
import { placeOf } from '../place.ts';
import type { Discussion, GitLab } from '../ports.ts';
import type { Run } from '../run.ts';
import type { StepTools } from './step.ts';
import { unlessFailed } from './unless-failed.ts';

/** What there is to tell of a run that its outcome does not hold: the agent's own answer, and why its job failed. */
export async function findMore(run: Run, thread: Discussion | undefined, tools: StepTools): Promise<Found> {
  const answer = answerIn(thread, run);
  const log = await readLog(run, tools);
  return { ...(answer === undefined ? {} : { answer }), ...(log === undefined ? {} : { log }) };
}

/** The thread of the progress note as it is now. */
export async function readThread({ event, note }: Run, gitlab: GitLab): Promise<Discussion | undefined> {
  const place = placeOf(event);
  if (place === undefined || note?.discussionId === undefined) return undefined;
  return gitlab.discussion(place, note.discussionId);
}

/** The address of the last note that the agent wrote in the thread since the run began. */
function answerIn(thread: Discussion | undefined, { event, note }: Run): string | undefined {
  const started = note?.id ?? 0;
  const found = thread?.notes.findLast(({ id, own, body }) => own && id > started && !isOurs(body));
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
