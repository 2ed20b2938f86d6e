import { burstScenario } from './burst.ts';
import { dropped } from './dropped.ts';
import { overload } from './overload.ts';
import type { Scenario } from './row.ts';
import { scale } from './scale.ts';
import { takenEmbedded, takenOnRedis } from './taken.ts';
import { triggers } from './triggers.ts';

/** In the order in which they are measured. */
export const SCENARIOS: readonly Scenario[] = [
  dropped,
  takenOnRedis,
  takenEmbedded,
  triggers,
  overload,
  burstScenario,
  scale,
];
