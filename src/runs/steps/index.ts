import { admit } from './admit.ts';
import { announce } from './announce.ts';
import { deliver } from './deliver.ts';
import { finish } from './finish.ts';
import { fork } from './fork.ts';
import type { StepName } from './names.ts';
import { note } from './note.ts';
import { pipeline } from './pipeline.ts';
import { prepare } from './prepare.ts';
import type { Step } from './step.ts';
import { turn } from './turn.ts';
import { watch } from './watch.ts';

/** What each step does; their order is in `names.ts`. */
export const STEPS: Readonly<Record<StepName, Step>> = {
  admit,
  turn,
  note,
  fork,
  prepare,
  pipeline,
  announce,
  watch,
  deliver,
  finish,
};
