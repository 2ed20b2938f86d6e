/**
 * The steps of a run in their order.
 *
 * As a state machine: a run stands in one step, and only `perform` moves it. A step looks once and says *done*, *wait*
 * or fails.
 *
 * - *done* without an outcome: to the next step. With an outcome: to `deliver`, where there may be a branch to make
 *   something of or to clean up, else to `finish`; never back.
 * - *wait*: it stays, as a delayed job, until its time or a wake (a pipeline webhook, a reaction, a turn, a stop).
 * - a failure that passes: it stays, and is tried again later; so is a step in which the process died. After the
 *   twelfth in a row, or a failure that does not pass, it gives up, which is an outcome as others are.
 * - a request to stop, before each step up to `watch`: the pipeline is cancelled, which is an outcome as well.
 * - `finish` ends it: `finishedAt` is set, the turn is handed on, and nothing is done any more.
 *
 * `turn` takes the turn, and only the end gives it back: so of one agent on one item at most one run is between the two.
 * Each transition is saved before the next effect, by whoever holds the job's lock at that moment. What a step makes
 * it finds again (note by marker, branch by name, pipeline by branch and id, merge request by source branch), so being
 * taken up twice from the same saved state changes nothing.
 */
export const STEP_NAMES = [
  'admit',
  'turn',
  'note',
  'fork',
  'prepare',
  'pipeline',
  'announce',
  'watch',
  'deliver',
  'finish',
] as const;
export type StepName = (typeof STEP_NAMES)[number];
