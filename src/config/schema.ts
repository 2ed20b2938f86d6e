import { z } from 'zod';
import { FlowFile } from './flow.ts';
import { ReceiverFile } from './notify.ts';
import { queueKind } from './queue-kind.ts';
import {
  addresses,
  duration,
  flowPath,
  intervalOrOff,
  onOff,
  projectPatterns,
  rate,
  secret,
  signingKey,
  signingToken,
  text,
  username,
  webUrl,
  wholeNumber,
} from './scalars.ts';
import { TriggerFile } from './trigger.ts';

/*
 * The config file as written. What a key means stands beside it, because the JSON Schema that editors use is made
 * from here. What cannot be said of one key alone is in `cross-field.ts`.
 */

const Gitlab = z
  .strictObject({
    url: webUrl.describe('Base address of GitLab; a port and a sub-path are fine.'),
    caFile: text
      .optional()
      .describe(
        "PEM file with the certificate authority of GitLab's certificate, where it is not a public one.",
      ),
    token: secret
      .optional()
      .describe(
        'Operator token (Maintainer, scope api), for the commands that look at projects and set them up, and for `catchUp.hookEvents`.',
      ),
  })
  .describe('The GitLab that Beckon works for.');

const Server = z
  .strictObject({
    host: text.default('127.0.0.1').describe('Address to listen on.'),
    port: wholeNumber(0, 65_535).default(8080).describe('Port to listen on; 0 picks a free one.'),
    publicUrl: webUrl.optional().describe('Where GitLab, people and CI jobs reach this service.'),
    adminToken: secret.optional().describe('Token for dashboard and admin API; left out: there are neither.'),
    oauth: z
      .strictObject({
        clientId: text.describe('Application ID.'),
        clientSecret: secret
          .optional()
          .describe('Its secret, where it is confidential; left out: it is not.'),
      })
      .optional()
      .describe(
        'An application in GitLab with the scope openid and the redirect URI PUBLIC_URL/login/callback, by which people sign in to the dashboard. Needs publicUrl and adminToken. Left out: only the admin token opens it.',
      ),
    trustProxy: addresses
      .default([])
      .describe('Addresses and ranges of reverse proxies, whose X-Forwarded-For is believed.'),
  })
  .prefault({})
  .describe('Where Beckon listens.');

const webhookSecrets = {
  secretTokens: z
    .array(secret)
    .default([])
    .describe('Accepted X-Gitlab-Token values, several while rotating.'),
  signingTokens: z
    .array(signingToken)
    .default([])
    .describe('Accepted signing tokens (whsec_…) of GitLab 19.0 and newer, several while rotating.'),
};

const Webhook = z
  .strictObject({
    ...webhookSecrets,
    projectSecrets: z
      .array(
        z.strictObject({
          projects: projectPatterns.describe('Globs on the full path of the project, as in triggers.'),
          ...webhookSecrets,
        }),
      )
      .default([])
      .describe(
        'Secrets of some projects only: their deliveries are accepted by these alone, and these open no other project. The first entry that covers a project counts.',
      ),
    allowFrom: addresses
      .min(1, 'allows no address: name some, or take the key out')
      .optional()
      .describe('IP addresses and ranges that may deliver; left out: every address.'),
  })
  .prefault({})
  .describe('How GitLab proves that a delivery is its own. At least one token is needed.');

const Queue = z
  .strictObject({
    url: z
      .string()
      .refine(
        (url) => queueKind(url) !== undefined,
        'is not an address that begins with redis://, rediss:// or postgres://',
      )
      .optional()
      .describe('redis://, rediss:// or postgres://; left out: a PostgreSQL of its own, embedded.'),
    dataDir: text.default('./data').describe('Folder in which the embedded queue keeps its files.'),
    concurrency: wholeNumber(1, 1000).default(20).describe('Runs stepped at once by one worker.'),
  })
  .prefault({})
  .describe('Where runs are queued and kept.');

const Agent = z
  .strictObject({
    account: username.describe('Username of the service account, without the @.'),
    token: secret.describe('Access token of the service account, scope api.'),
    flow: z
      .union([flowPath, FlowFile], {
        error: 'is neither the path of a flow file nor a flow itself (a mapping)',
      })
      .optional()
      .describe(
        "Path of the flow file in the project's default branch, or the flow itself. Left out: a job of the project's own uses the AI_FLOW_* variables.",
      ),
    handoff: z
      .enum(['auto', 'variables', 'inputs'])
      .default('auto')
      .describe('How the data of a run travels into the pipeline.'),
    timeout: duration.default('2h').describe('A run that takes longer is cancelled.'),
    mergeRequest: z
      .enum(['auto', 'draft', 'never'])
      .default('auto')
      .describe(
        'Whether to open a merge request when the workload branch got commits; `draft`: one marked as a draft.',
      ),
    notify: z
      .enum(['auto', 'never'])
      .default('never')
      .describe(
        'Whether a reply mentions the acting person at the end, as GitLab tells nobody of an edited note. `auto`: unless the agent itself has answered in the thread.',
      ),
    reactions: z
      .boolean()
      .default(false)
      .describe('Whether the comment that asked gets emoji: eyes, and at the end a check mark or a cross.'),
    gateway: z
      .enum(['none', 'variables'])
      .default('none')
      .describe(
        'For flows with injectGatewayToken. `variables`: the projects have CI/CD variables AI_FLOW_AI_GATEWAY_TOKEN and AI_FLOW_AI_GATEWAY_HEADERS for a gateway of your own.',
      ),
    signingKey: signingKey
      .optional()
      .describe(
        'Private key (PEM, EC P-256) with which what a run hands over to its job is signed, for projects whose job takes nothing else. Left out: nothing is signed.',
      ),
  })
  .describe('A service account with its token and its flow.');

const active = wholeNumber(1, 1_000_000);

const Limits = z
  .strictObject({
    runs: z
      .strictObject({
        global: active.default(50).describe('In all.'),
        perProject: active.default(5).describe('In one project.'),
        perAgent: active.default(20).describe('Of one agent.'),
        perUser: active.default(3).describe('Started by one person.'),
      })
      .prefault({})
      .describe('Runs active at once.'),
    rate: z
      .strictObject({
        perUser: rate.default('20/h').describe('Started by one person.'),
        perProject: rate.default('60/h').describe('In one project.'),
        perAgent: rate.default('200/h').describe('Of one agent; breaks loops.'),
        perObject: rate.default('6/h').describe('On one issue or merge request; breaks loops too.'),
      })
      .prefault({})
      .describe('Runs started within a time.'),
    agentDepth: wholeNumber(1, 10)
      .default(2)
      .describe(
        "Runs that may follow from each other by agents' mentions, after the one that a person asked for.",
      ),
    maxEventAge: duration
      .default('1h')
      .describe('Older events are ignored; the Test button of a webhook sends old ones.'),
  })
  .prefault({})
  .describe('How much may run.');

/** The whole config file as written. */
export const ConfigFile = z.strictObject({
  gitlab: Gitlab,
  server: Server,
  webhook: Webhook,
  queue: Queue,
  agents: z
    .record(
      z.string().regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, 'is not a name of lower-case letters, digits, _ and -'),
      Agent,
    )
    .refine((agents) => Object.keys(agents).length > 0, 'needs at least one agent')
    .describe('The agents by name.'),
  triggers: z.array(TriggerFile).min(1, 'needs at least one trigger').describe('When which agent runs.'),
  notify: z.array(ReceiverFile).default([]).describe('Who is told of runs, beside the people in GitLab.'),
  limits: Limits,
  catchUp: z
    .strictObject({
      todos: intervalOrOff
        .default('5m')
        .describe("How often each agent's To-Do items are looked through for what no webhook told."),
      hookEvents: onOff
        .default('on')
        .describe(
          'Whether failed webhook deliveries are resent, and webhooks that GitLab switched off are switched on again. Needs gitlab.token.',
        ),
    })
    .prefault({})
    .describe('What is done about events that no webhook brought.'),
  log: z
    .strictObject({
      auditFile: text
        .optional()
        .describe(
          'File to which the audit stream is appended as well. Left out: it is on standard output only.',
        ),
    })
    .prefault({})
    .describe('Where the log goes beside standard output.'),
  retention: z
    .strictObject({
      runs: duration.default('30d').describe('How long finished runs are kept.'),
    })
    .prefault({})
    .describe('How long what is over is kept.'),
});
export type ConfigFile = z.output<typeof ConfigFile>;
