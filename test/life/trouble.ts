import { Failure } from '../../src/runs/failures.ts';
import type { Machine } from './machine.ts';

/** What can go wrong with one call, before what it asks for has happened or after. */
export interface Trouble {
  readonly operation: string;
  /** Calls of the operation that still go well. */
  readonly after: number;
  readonly what: 'lost' | '502' | '429' | 'refused' | 'dies' | 'freezes';
  readonly when: 'before' | 'after';
  /** How long it freezes, or how long GitLab asks to wait. */
  readonly ms?: number;
  /** The look that GitLab refuses afterwards. */
  readonly then?: string;
}

/** Troubles that wait for the call that they happen to. */
export interface Troubles {
  add(trouble: Trouble): void;
  next(operation: string, machine: Machine): Trouble | undefined;
}

export function createTroubles(tell: (words: string) => void): Troubles {
  let waiting: (Trouble & { left: number })[] = [];
  const add = (trouble: Trouble) => void waiting.push({ ...trouble, left: trouble.after });
  return {
    add,
    next(operation, machine) {
      const trouble = waiting.find((one) => one.operation === operation);
      if (trouble === undefined) return undefined;
      if (trouble.left > 0) {
        trouble.left -= 1;
        return undefined;
      }
      waiting = waiting.filter((one) => one !== trouble);
      if (trouble.then !== undefined)
        add({ operation: trouble.then, after: 0, what: 'refused', when: 'before' });
      tell(`${machine.name}, ${trouble.when} its ${operation}: ${trouble.what}`);
      return trouble;
    },
  };
}

/** As the client of GitLab reports it. */
export function failureOf({ operation, what, ms }: Trouble): Failure {
  const doing = `asking for ${operation}`;
  switch (what) {
    case '429':
      return new Failure(doing, { kind: 'rate_limit', status: 429, detail: '429', retryAfter: ms });
    case 'refused':
      return new Failure(doing, { kind: 'permission', status: 403, detail: '403 Forbidden' });
    case '502':
      return new Failure(doing, { kind: 'transient', status: 502, detail: '502 Bad Gateway' });
    default:
      return new Failure(doing, { kind: 'transient', detail: 'no answer in time' });
  }
}
