import { z } from 'zod';
import { refusedKeys } from './known-keys.ts';

/** Image names as Docker writes them; nothing that GitLab or a shell would expand. */
const IMAGE = /^[A-Za-z0-9][A-Za-z0-9._\-/:@]{0,511}$/;
const VARIABLE_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,254}$/;

/** Keys of GitLab's own flow files that do nothing here. Refused, lest somebody relies on them. */
const FOREIGN_KEYS = {
  injectGatewayToken:
    'is not supported: there is no AI gateway here; name the CI/CD variable with the API key under variables',
  id_tokens: 'is not supported yet',
  report_artifacts: 'is not supported yet',
  yaml_definition: 'is not supported: the flow is this file itself',
} as const;

/**
 * GitLab's flow file for an external agent: which image, which commands, which of the project's CI/CD
 * variables the job may see. GitLab refuses other keys, and so do we. Facts: GitLab's JSON schema of
 * third-party flows, version 1.
 */
export const FlowFile = z
  .strictObject({
    image: z
      .string()
      .regex(IMAGE, 'is not a container image name')
      .describe('Container image in which the commands run.'),
    commands: z
      .array(z.string().min(1, 'must not be empty'))
      .min(1, 'needs at least one command')
      .describe('Shell commands, run one after another in one shell.'),
    variables: z
      .array(z.string().regex(VARIABLE_NAME, 'is not the name of a variable'))
      .default([])
      .describe('Names of the CI/CD variables of the project that the agent may see.'),
  })
  .register(refusedKeys, FOREIGN_KEYS);

/** A flow as valid. */
export type Flow = z.output<typeof FlowFile>;
