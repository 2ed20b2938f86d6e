import { z } from 'zod';
import { parseDuration, parseRate } from '../lib/duration.ts';
import { compilePatterns } from '../lib/pattern.ts';
import { ACCESS_LEVELS, EVENT_KINDS, type Role } from './config.ts';
import { FlowFile } from './flow.ts';

/*
 * The config file as written. What a key means stands beside it, because the JSON Schema that editors use is made
 * from here. What cannot be said of one key alone is in `valid.ts`.
 */

const text = z.string().trim().min(1, 'must not be empty');

const Duration = z
  .string()
  .refine((value) => parseDuration(value) !== undefined, 'is not a duration such as 90s, 10m, 2h or 30d');

const RateText = z
  .string()
  .refine((value) => parseRate(value) !== undefined, 'is not a rate such as 20/h, 5/m or 100/d');

/** A number, or a string of digits, which is what an environment variable gives. */
function wholeNumber(min: number, max: number) {
  const isInRange = (value: number | string) => Number(value) >= min && Number(value) <= max;
  return z
    .union([z.int(), z.string().regex(/^\d+$|^\$\{/)], 'is not a whole number')
    .refine(isInRange, `is not between ${min} and ${max}`);
}

const WebUrl = z.string().refine((value) => {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  return (
    /^https?:$/.test(url?.protocol ?? '') && url?.username === '' && url.search === '' && url.hash === ''
  );
}, 'is not an http(s) address without user, query and fragment');

const Username = z
  .string()
  .regex(/^(?!@)/, 'is written without the @')
  .regex(/^@?[A-Za-z0-9_.][A-Za-z0-9_.-]{0,254}$/, 'is not a username of GitLab');

const ProjectPatterns = z
  .array(text)
  .min(1, 'needs at least one pattern')
  .superRefine((patterns, context) => {
    try {
      compilePatterns(patterns);
    } catch (error) {
      context.addIssue({
        code: 'custom',
        message: error instanceof Error ? error.message : 'is not a list of globs',
      });
    }
  });

const FlowPath = z
  .string()
  .regex(/\.ya?ml$/, 'is neither a flow (a mapping) nor the path of a .yaml or .yml file')
  .regex(/^(?!\/)(?!.*(?:^|\/)\.\.(?:\/|$))/, 'is not a path inside the project');

const Agent = z.strictObject({
  account: Username.describe('Username of the service account, without the @.'),
  token: text.describe('Access token of the service account, scope api.'),
  flow: z
    .union([FlowPath, FlowFile])
    .optional()
    .describe(
      "Path of the flow file in the project's default branch, or the flow itself. Left out: a job of the project's own uses the AI_FLOW_* variables.",
    ),
  handoff: z
    .enum(['auto', 'variables', 'inputs'])
    .default('auto')
    .describe('How the data of a run travels into the pipeline.'),
  timeout: Duration.default('2h').describe('A run that takes longer is cancelled.'),
  mergeRequest: z
    .enum(['auto', 'never'])
    .default('auto')
    .describe('Whether to open a merge request when the workload branch got commits.'),
});

const Trigger = z.strictObject({
  name: text.optional().describe('Shown in answers, logs and metrics; the name of the agent where left out.'),
  agent: text.describe('Name of the agent to run.'),
  events: z.array(z.enum(EVENT_KINDS)).min(1, 'needs at least one event').describe('What starts the agent.'),
  projects: ProjectPatterns.describe(
    'Globs on the full path of the project; * within a segment, ** across, ! in front excludes.',
  ),
  minAccess: z
    .enum(Object.keys(ACCESS_LEVELS) as [Role, ...Role[]])
    .default('developer')
    .describe('Role that the acting person needs in the project.'),
  users: z
    .strictObject({
      allow: z.array(Username).default([]).describe('Only these users; empty: everyone with minAccess.'),
      deny: z.array(Username).default([]).describe('Never these users.'),
    })
    .prefault({}),
  confidential: z.boolean().default(false).describe('Also act on confidential items and internal notes.'),
  filter: z
    .record(z.string(), z.unknown())
    .refine((filter) => Object.keys(filter).length === 0, 'is not supported yet: leave it empty')
    .default({})
    .describe("GitLab's own filter grammar, by event."),
});

const count = wholeNumber(1, 1_000_000);

/** The whole config file as written. */
export const ConfigFile = z.strictObject({
  gitlab: z.strictObject({
    url: WebUrl.describe('Base URL of GitLab; a port and a sub-path are fine.'),
    caFile: text.optional().describe("PEM file with the certificate authority of GitLab's certificate."),
    token: text.optional().describe('Operator token (Maintainer), used by `check` and `hook` only.'),
  }),
  server: z
    .strictObject({
      host: text.default('127.0.0.1').describe('Address to listen on.'),
      port: wholeNumber(0, 65_535).default(8080).describe('Port to listen on; 0 picks a free one.'),
      publicUrl: WebUrl.optional().describe('Where GitLab, people and CI jobs reach this service.'),
      adminToken: text.optional().describe('Token for dashboard and admin API.'),
    })
    .prefault({}),
  webhook: z
    .strictObject({
      secretTokens: z
        .array(z.string())
        .default([])
        .describe('Accepted X-Gitlab-Token values, several while rotating.'),
      signingTokens: z.array(z.string()).default([]).describe('Accepted signing tokens (whsec_…).'),
    })
    .prefault({}),
  queue: z
    .strictObject({
      url: text.optional().describe('redis://, rediss:// or postgres://; left out: embedded.'),
      dataDir: text.default('./data').describe('Folder in which the embedded queue keeps its files.'),
      concurrency: wholeNumber(1, 1000).default(20).describe('Runs stepped at once by one worker.'),
    })
    .prefault({}),
  agents: z
    .record(
      z.string().regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, 'is not a name of lower-case letters, digits, _ and -'),
      Agent,
    )
    .refine((agents) => Object.keys(agents).length > 0, 'needs at least one agent'),
  triggers: z.array(Trigger).min(1, 'needs at least one trigger'),
  limits: z
    .strictObject({
      runs: z
        .strictObject({
          global: count.default(50),
          perProject: count.default(5),
          perAgent: count.default(20),
          perUser: count.default(3),
        })
        .prefault({})
        .describe('Runs active at once.'),
      rate: z
        .strictObject({
          perUser: RateText.default('20/h'),
          perProject: RateText.default('60/h'),
          perObject: RateText.default('6/h'),
        })
        .prefault({})
        .describe('Runs started in a time.'),
      maxEventAge: Duration.default('1h').describe('Older events are ignored.'),
    })
    .prefault({}),
  retention: z
    .strictObject({ runs: Duration.default('30d') })
    .prefault({})
    .describe('How long finished runs are kept.'),
});
export type ConfigFile = z.output<typeof ConfigFile>;
