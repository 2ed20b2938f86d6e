import { z } from 'zod';

const Problem = z
  .object({ error: z.object({ code: z.string(), message: z.string() }) })
  .meta({ id: 'Error' });

/** How the admin API answers what it does not do. */
export const PROBLEMS = { '4xx': Problem, '5xx': Problem };
