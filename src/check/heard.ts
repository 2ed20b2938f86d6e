import { Failure } from '../runs/failures.ts';
import { type Finding, unknown } from '../setup/finding.ts';

/** What GitLab answered, or why it did not. */
export type Heard<T> = { readonly is: T } | { readonly failure: Failure };

/** Waits for an answer. A refusal is a fact as well; only faults of our own code go on as errors. */
export async function hear<T>(asked: Promise<T>): Promise<Heard<T>> {
  try {
    return { is: await asked };
  } catch (error) {
    if (error instanceof Failure) return { failure: error };
    throw error;
  }
}

/** GitLab's words, to be put in the middle of a sentence. */
export function wordsOf({ detail }: Failure): string {
  return detail.replace(/\.$/, '');
}

/** Says of `what`, the beginning of a sentence, why it is not known; `needs` is the role that GitLab shows it to. */
export function unheard(what: string, failure: Failure, needs = 'Maintainers'): Finding {
  return unknown(
    failure.status === 403 ? `${what}: shown to ${needs} only.` : `${what}: ${wordsOf(failure)}.`,
  );
}
