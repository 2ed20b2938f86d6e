import { z } from 'zod';
import { RUN_STATES } from '../../config/config.ts';
import { parseDuration } from '../../lib/duration.ts';
import { ProjectGlob } from './project-glob.ts';

/** How a list of runs is narrowed, as parameters of an address. */
export const RunQuery = z.object({
  state: z.enum(RUN_STATES).optional(),
  agent: z.string().optional(),
  project: ProjectGlob,
  user: z.string().optional().describe('Username of who asked.'),
  since: z
    .string()
    .transform((text, context) => {
      const duration = parseDuration(text);
      if (duration !== undefined) return duration;
      context.issues.push({ code: 'custom', message: 'is no duration such as 2h or 7d', input: text });
      return z.NEVER;
    })
    .optional()
    .describe('Runs of the last 90s, 10m, 2h or 7d.'),
});
