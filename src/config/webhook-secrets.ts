import type { Config, WebhookSecrets } from './config.ts';

/**
 * The only secrets that a project's deliveries are accepted by: those of the first entry of `projectSecrets` that
 * covers it, else the general ones. What belongs to no project goes by the general ones too.
 */
export function secretsFor(webhook: Config['webhook'], project: string | undefined): WebhookSecrets {
  const own = webhook.projectSecrets.find(({ projects }) => project !== undefined && projects.match(project));
  return own ?? webhook;
}
