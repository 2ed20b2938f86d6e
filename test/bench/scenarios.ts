import { atRest } from './at-rest.ts';
import { burstScenario } from './burst.ts';
import { context } from './context.ts';
import { dropped } from './dropped.ts';
import { firstCall } from './first-call.ts';
import { overload } from './overload.ts';
import type { Scenario } from './row.ts';
import { runs } from './runs.ts';
import { scale } from './scale.ts';
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
  overload,
  burstScenario,
  scale,
];
