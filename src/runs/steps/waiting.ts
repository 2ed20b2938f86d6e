import { startedText, waitingText } from '../message.ts';
import type { Run, WaitingFor } from '../run.ts';
import { say } from './say.ts';
import type { StepTools } from './step.ts';

/** Milliseconds that a pipeline may take to start before the note says what it waits for. */
const PATIENCE = 120_000;

/** GitLab's statuses of a pipeline that waits for somebody or something, and what for. */
const WAITING: Readonly<Record<string, WaitingFor>> = {
  created: 'runner',
  pending: 'runner',
  waiting_for_resource: 'resource',
  manual: 'person',
};

/** The pipeline of a run with the status that it has now. */
export type SeenPipeline = NonNullable<Run['pipeline']> & { readonly status: string };

/** Has the note say, once, what a pipeline waits for that does not start, and take that back when it goes on. */
export async function sayWaiting(
  run: Run,
  pipeline: SeenPipeline,
  { gitlab, clock }: Pick<StepTools, 'gitlab' | 'clock'>,
): Promise<Run> {
  const isLate = clock() - Date.parse(pipeline.createdAt) >= PATIENCE;
  const waitingFor = isLate ? WAITING[pipeline.status] : undefined;
  if (waitingFor === run.waitingFor) return run;
  const { url } = pipeline;
  await say(run, waitingFor === undefined ? startedText(url) : waitingText(waitingFor, url), gitlab);
  const { waitingFor: _said, ...others } = run;
  return waitingFor === undefined ? others : { ...others, waitingFor };
}
