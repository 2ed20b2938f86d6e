/** The steps of a run in their order. */
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
