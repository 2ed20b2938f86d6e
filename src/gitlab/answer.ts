import type { z } from 'zod';
import { Failure } from '../runs/failures.ts';

/** Holds an answer of GitLab's to the fields that are needed of it. */
export function readAnswer<T extends z.ZodType>(schema: T, answer: unknown): z.output<T> {
  const parsed = schema.safeParse(answer);
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues.map((issue) => issue.path.join('.') || 'the whole').slice(0, 3);
  throw new Failure('reading the answer', {
    kind: 'refused',
    detail: `GitLab's answer is not what its API promises (${fields.join(', ')}). Is gitlab.url the address of GitLab?`,
  });
}

/** Turns "it is not there" from a failure into `undefined`. */
export async function orUndefined<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof Failure && error.kind === 'gone') return undefined;
    throw error;
  }
}
