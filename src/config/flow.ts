import { z } from 'zod';
import { refusedKeys } from './known-keys.ts';
import { duration } from './scalars.ts';

/** Image names as Docker writes them; nothing that GitLab or a shell would expand. */
const IMAGE = /^[A-Za-z0-9][A-Za-z0-9._\-/:@]{0,511}$/;
const VARIABLE_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,254}$/;

/** Reports that GitLab takes from a job as files; the job of the template declares each of them. */
export const REPORT_TYPES: readonly string[] = [
  'accessibility',
  'codequality',
  'container_scanning',
  'cyclonedx',
  'dast',
  'dependency_scanning',
  'junit',
  'sast',
  'secret_detection',
  'terraform',
];

/** As many ID tokens as the job of the template has places for. */
const MAX_ID_TOKENS = 3;

/** Why a flow with `injectGatewayToken` cannot run, and what to do. */
export const NO_GATEWAY =
  "asks for a token of GitLab's AI gateway, which only GitLab itself can give: take it out and name the CI/CD variable with the provider's API key under variables, or set `gateway: variables` for the agent";

/** Keys of flows and of agent-config.yml that do nothing here. Refused, lest somebody relies on them. */
const FOREIGN_KEYS = {
  yaml_definition: 'is not supported: the flow is this file itself',
  steps: 'is not supported: a flow here has no steps, write its shell commands under commands',
  script: 'is not supported: write the shell commands under commands',
  before_script: 'is not supported: write what comes before the commands under setup_script',
  services: 'is not supported: a job of the template has no services',
  tags: 'is not supported: the tags of the runner are set where the project includes the template',
  network_policy: 'is not supported: the network of the job is what its runner allows',
  components: 'is not supported: that is a flow of agents inside GitLab, not one for an external agent',
} as const;

const command = z.string().min(1, 'must not be empty');
const variableName = z.string().regex(VARIABLE_NAME, 'is not the name of a variable');

/** Below the checkout, and with nothing in it that a shell would act on. */
function relativePath(characters: RegExp, what: string) {
  return z
    .string()
    .max(255, 'is longer than 255 characters')
    .regex(characters, what)
    .refine(
      (path) => !path.split('/').some((segment) => segment === '..' || segment === '.git'),
      'leads out of the checkout, or into .git',
    );
}

const audience = z
  .string()
  .max(255, 'is longer than 255 characters')
  .regex(/^[A-Za-z0-9._\-/:@]+$/, 'has characters other than letters, digits and ._-/:@');

/**
 * GitLab's flow file for an external agent: which image, which commands, which of the project's CI/CD variables
 * the job may see. GitLab refuses other keys, and so do we. Facts: GitLab's JSON schema of third-party flows,
 * version 1, and of agent-config.yml (`setup_script`, `cache`); `timeout` is ours.
 */
export const FlowFile = z
  .strictObject({
    image: z
      .string()
      .regex(IMAGE, 'is not a container image name')
      .describe('Container image in which the commands run.'),
    commands: z
      .array(command)
      .min(1, 'needs at least one command')
      .describe('Shell commands, run one after another in one shell.'),
    setup_script: z
      .union([command.transform((script) => [script]), z.array(command)], {
        error: 'is neither a command nor a list of commands',
      })
      .default([])
      .describe('Shell commands that come before the others.'),
    variables: z
      .array(variableName)
      .default([])
      .describe('Names of the CI/CD variables of the project that the agent may see.'),
    injectGatewayToken: z
      .boolean()
      .default(false)
      .describe('Whether the flow needs AI_FLOW_AI_GATEWAY_TOKEN; see `gateway` of the agent.'),
    id_tokens: z
      .record(
        z.string().regex(VARIABLE_NAME, 'is not the name of a variable'),
        z.strictObject({
          aud: z
            .union([audience, z.array(audience).length(1, 'takes one audience here')], {
              error: 'is neither an audience nor a list of one',
            })
            .describe('Audience: who is to accept the token.'),
        }),
      )
      .refine(
        (tokens) => Object.keys(tokens).length <= MAX_ID_TOKENS,
        `takes ${MAX_ID_TOKENS} tokens at most`,
      )
      .default({})
      .describe('ID tokens of GitLab by the names of their variables, for a cloud that trusts this GitLab.'),
    report_artifacts: z
      .record(
        z.string().refine((type) => REPORT_TYPES.includes(type), `is not one of ${REPORT_TYPES.join(', ')}`),
        z
          .array(relativePath(/^(?!\/)[A-Za-z0-9._\-/*?@+]+$/, 'is not a path or pattern below the checkout'))
          .min(1, 'needs at least one path')
          .max(20, 'takes 20 paths at most'),
      )
      .default({})
      .describe('Files that GitLab takes as reports, by their type.'),
    cache: z
      .strictObject({
        key: z
          .string()
          .regex(/^[A-Za-z0-9._-]{1,100}$/, 'is not made of letters, digits and ._- (100 at most)')
          .default('default')
          .describe('Runs of the agent with the same key share the cache.'),
        paths: z
          .array(relativePath(/^(?!\/)[A-Za-z0-9._\-/@+]+$/, 'is not a path below the checkout'))
          .min(1, 'needs at least one path')
          .max(10, 'takes 10 paths at most')
          .describe('Folders and files below the checkout; no patterns.'),
      })
      .optional()
      .describe('What is kept from one run of the agent to its next.'),
    timeout: duration.optional().describe('Cancels the run earlier than the timeout of the agent.'),
  })
  .register(refusedKeys, FOREIGN_KEYS);

/** A flow as valid, with GitLab's own keys. */
export type Flow = z.output<typeof FlowFile>;
