import { z } from 'zod';

/** An error as the admin API answers it. */
export const Problem = z
  .object({ error: z.object({ code: z.string(), message: z.string() }) })
  .meta({ id: 'Error' });

/** What every route of the admin API may answer. */
export const PROBLEMS = { '4xx': Problem, '5xx': Problem };
