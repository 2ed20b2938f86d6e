import { z } from 'zod';

/** Of whatever GitLab counts. */
export const Id = z.number().int().nonnegative();

/** A text that may be left out; GitLab's description of its API makes nearly every field nullable. */
export const text = z
  .string()
  .nullish()
  .transform((value) => value ?? undefined);
