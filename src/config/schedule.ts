import { CronExpressionParser } from 'cron-parser';
import { z } from 'zod';

function isCron(cron: string): boolean {
  try {
    CronExpressionParser.parse(cron);
    // A sixth field would be seconds, which is too often for anything that starts a pipeline.
    return cron.trim().split(/\s+/).length === 5;
  } catch {
    return false;
  }
}

function isTimezone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** When the event `scheduled` happens, and what is asked of the agent then. */
export const ScheduleFile = z.strictObject({
  cron: z
    .string()
    .refine(isCron, 'is not a cron expression of five fields, such as 0 6 * * 1-5')
    .describe('When: minute, hour, day of the month, month, day of the week.'),
  timezone: z
    .string()
    .refine(isTimezone, 'is not the name of a time zone, such as Europe/Berlin')
    .default('UTC')
    .describe('Time zone in which the cron expression is read.'),
  input: z.string().default('').describe('AI_FLOW_INPUT: what the agent is asked to do.'),
});

/** A schedule as valid. */
export type Schedule = z.output<typeof ScheduleFile>;
