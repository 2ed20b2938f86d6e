import { startedText } from '../message.ts';
import { say } from './say.ts';
import { done, type Step } from './step.ts';

/** Says in the note that the agent has started, with a link to its pipeline. */
export const announce: Step = async (run, { gitlab }) => {
  if (run.pipeline !== undefined) await say(run, startedText(run.pipeline.url), gitlab);
  return done(run);
};
