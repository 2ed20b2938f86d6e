import { dropped } from './dropped.ts';
import type { Scenario } from './row.ts';

/** In the order in which they are measured. */
export const SCENARIOS: readonly Scenario[] = [dropped];
