import { isOperators } from '../events/event.ts';
import type { Run } from './run.ts';

/** Whoever asked for a run: `person` alone, or the agent or operator that asked, perhaps on behalf of that person. */
export function askerOf(run: Run, person: string): string {
  if (run.event.kind === 'api' && isOperators(run.event)) return OPERATOR;
  const between = betweenOf(run);
  return between === undefined ? person : `${between} on behalf of ${person}`;
}

/** Who stands between a run and the person who wanted it. */
export function betweenOf({ askedBy, event }: Run): string | undefined {
  if (askedBy !== undefined) return `@${askedBy.account}`;
  return event.kind === 'api' && event.asked !== 'in_gitlab' ? OPERATOR : undefined;
}

/** Whoever has the means of the API. */
const OPERATOR = "Beckon's operator";
