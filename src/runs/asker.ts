import type { Run } from './run.ts';

/** Whoever asked for a run: `person` alone, or the agent that asked on behalf of that person. */
export function askerOf({ askedBy }: Run, person: string): string {
  return askedBy === undefined ? person : `@${askedBy.account} on behalf of ${person}`;
}
