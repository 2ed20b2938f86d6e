import { atRest } from './at-rest.ts';
import { context } from './context.ts';
import { dropped } from './dropped.ts';
import { firstCall } from './first-call.ts';
import type { Scenario } from './row.ts';
import { runs } from './runs.ts';
import { start } from './start.ts';
import { takenEmbedded, takenOnRedis } from './taken.ts';
import { triggers } from './triggers.ts';

/** In the order in which they are measured. */
export const SCENARIOS: readonly Scenario[] = [
  dropped,
  takenOnRedis,
  takenEmbedded,
  triggers,
  runs,
  firstCall,
  start,
  atRest,
  context,
];
