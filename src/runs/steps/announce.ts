import { forkRemark } from '../from-fork.ts';
import { startedText } from '../message.ts';
import { say } from './say.ts';
import { done, type Step } from './step.ts';

/** Says in the note that the agent has started, with a link to its pipeline. */
export const announce: Step = async (run, { gitlab }) => {
  if (run.pipeline === undefined) return done(run);
  await say(run, `${startedText(run.pipeline.url)} ${forkRemark(run)}`.trimEnd(), gitlab);
  return done(run);
};
