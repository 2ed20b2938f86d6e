import { readFile } from 'node:fs/promises';
import type { Costs } from './costs.ts';

/** Where the costs of the last `npm run bench:baseline` are. */
export const BASELINE = new URL('baseline.json', import.meta.url);
/** The first part of the version of Node, as `v20`. */
export const NODE = process.version.split('.')[0];

export async function readBaseline(): Promise<{ readonly node: string; readonly costs: Costs }> {
  return JSON.parse(await readFile(BASELINE, 'utf8'));
}
