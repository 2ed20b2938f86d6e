import { z } from 'zod';
import { RUN_STATES } from './config.ts';
import { projectPatterns, text } from './scalars.ts';
import { webUrlFault } from './web-url.ts';

/** An address that is posted to. What stands in its query may be a key. */
const address = z.string().superRefine((value, context) => {
  const fault = webUrlFault(value.replace(/\?[^#]*/, ''));
  if (fault !== undefined) context.addIssue({ code: 'custom', message: fault });
});

/** As Standard Webhooks has it: 24 to 64 bytes as Base64 behind a prefix. */
const secret = z
  .string()
  .regex(
    /^whsec_(?=.{32,88}$)(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/,
    'is not whsec_ and 24 to 64 bytes as Base64: make one with `echo whsec_$(openssl rand -base64 32)`',
  );

/** Somebody who is told of runs, as written. */
export const ReceiverFile = z
  .strictObject({
    name: text.optional().describe('Shown in the log, unique; left out: the host of the address.'),
    url: address.describe('Where to post.'),
    format: z
      .enum(['json', 'slack'])
      .describe(
        '`json`: the run as the API has it. `slack`: a line of text as Slack, Mattermost, Rocket.Chat and Google Chat take it.',
      ),
    states: z
      .array(z.enum(RUN_STATES))
      .min(1, 'needs at least one state')
      .describe('States of runs that are told of when a run comes to them.'),
    agents: z
      .array(text)
      .min(1, 'names no agent: name some, or take the key out')
      .optional()
      .describe('Only runs of these agents; left out: of all.'),
    projects: projectPatterns
      .optional()
      .describe('Globs on the full path of the project, as in triggers; left out: all projects.'),
    secret: secret
      .optional()
      .describe(
        'Key (whsec_…) with which `json` is signed by Standard Webhooks; left out: it is not signed.',
      ),
  })
  .describe('Somebody who is told of runs.');
