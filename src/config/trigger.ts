import { z } from 'zod';
import { ACCESS_LEVELS, EVENT_KINDS, ON_BUSY, type Role, STOP_CAUSES } from './config.ts';
import { FilterFile } from './filter.ts';
import { projectPatterns, text, username } from './scalars.ts';
import { ScheduleFile } from './schedule.ts';

/** A trigger as written. */
export const TriggerFile = z
  .strictObject({
    name: text
      .optional()
      .describe('Shown in answers, logs and metrics, unique; left out: the name of the agent.'),
    agent: text.describe('Name of the agent to run.'),
    events: z
      .array(z.enum(EVENT_KINDS))
      .min(1, 'needs at least one event')
      .describe('What starts the agent.'),
    projects: projectPatterns.describe(
      'Globs on the full path of the project; * within a segment, ** across, ! in front excludes.',
    ),
    minAccess: z
      .enum(Object.keys(ACCESS_LEVELS) as [Role, ...Role[]])
      .default('developer')
      .describe('Role that the acting person needs in the project.'),
    users: z
      .strictObject({
        allow: z.array(username).default([]).describe('Only these users; empty: everyone with minAccess.'),
        deny: z.array(username).default([]).describe('Never these users.'),
      })
      .prefault({})
      .describe('Usernames that may, or may not, start the agent.'),
    allowAgents: z
      .array(text)
      .default([])
      .describe(
        'Names of other agents whose accounts may start this one by a mention, on behalf of the person who asked them.',
      ),
    confidential: z.boolean().default(false).describe('Also act on confidential items and internal notes.'),
    forks: z
      .enum(['refuse', 'default_branch', 'approve'])
      .default('refuse')
      .describe(
        "On merge requests from forks: refuse; work on this project's default branch; or on the fork's commit once a Maintainer has put a thumbs-up under the progress note.",
      ),
    filter: z
      .partialRecord(z.enum(EVENT_KINDS), FilterFile)
      .default({})
      .describe("What else must hold of the payload, by event: GitLab's own filter grammar."),
    schedule: ScheduleFile.optional().describe(
      'When the event `scheduled` happens, in each of the projects.',
    ),
    stopOn: z
      .array(z.enum(STOP_CAUSES))
      .default([...STOP_CAUSES])
      .describe(
        'What stops a run early: the account is unassigned, its review is not wanted any more, the item is closed or merged.',
      ),
    onBusy: z
      .enum(ON_BUSY)
      .default('queue')
      .describe(
        'Where the agent is at work on the same issue or merge request already. `queue`: one after the other; `replace`: stop the earlier run; `refuse`: say so.',
      ),
    edits: z
      .boolean()
      .default(false)
      .describe('Also act on a comment that is edited; the editor is the acting person then.'),
  })
  .describe('A rule: on these events, in these projects, by these people, run this agent.');
