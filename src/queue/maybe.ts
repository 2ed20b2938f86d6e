import { z } from 'zod';

/** JSON leaves `undefined` out: a key that our types require comes back missing. The transform keeps it required. */
export const maybe = <T extends z.ZodType>(schema: T) => z.optional(schema).transform((value) => value);
