import { z } from 'zod';
import { compilePatterns } from '../../lib/pattern.ts';

/** A parameter that narrows a list to projects. */
export const ProjectGlob = z
  .string()
  .transform((glob, context) => {
    try {
      return compilePatterns([glob]);
    } catch {
      context.issues.push({ code: 'custom', message: 'is no glob such as acme/**', input: glob });
      return z.NEVER;
    }
  })
  .optional()
  .describe('Full path, or a glob such as `acme/**`.');
