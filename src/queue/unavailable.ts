import { BeckonError } from '../lib/errors.ts';

/** The reason in an error of a driver. Some of theirs (several addresses, none answered) have no message. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return [...new Set(error.errors.map(reasonOf))].join(', ');
  if (!(error instanceof Error)) return String(error);
  if (error.message !== '') return error.message;
  return 'code' in error ? String(error.code) : error.name;
}

/**
 * The error `queue_unavailable`. Carries the driver's message but never the driver's error as cause: those hold
 * the command that failed, and with it the password of an AUTH.
 */
export function unavailable(doing: string, error: unknown, hint?: string): BeckonError {
  const options = hint === undefined ? {} : { hint };
  return new BeckonError('queue_unavailable', `Could not ${doing}: ${reasonOf(error)}`, options);
}
