import { z } from 'zod';
import { STOP_CAUSES } from '../config/config.ts';
import { COMMAND_NAMES } from '../events/command.ts';
import type { Command } from '../runs/command.ts';
import type { RunJob } from './backend.ts';
import { Note, Person, Project, Resource } from './event-data.ts';
import { maybe } from './maybe.ts';

/** A {@link Command} as the queue keeps it. */
const CommandData = z.object({
  version: z.literal(1),
  id: z.string(),
  name: z.enum(COMMAND_NAMES),
  agent: z.string(),
  trigger: z.string(),
  project: Project,
  resource: Resource,
  actor: Person,
  note: maybe(Note),
  cause: maybe(z.enum(STOP_CAUSES)),
});

/** The command in a job, or `undefined` for a job that is something else. */
export function readCommand(job: RunJob): Command | undefined {
  return CommandData.safeParse(job.data).data;
}
