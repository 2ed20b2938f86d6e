import type { Config } from '../config/config.ts';
import type { Project } from '../events/event.ts';
import { Failure } from './failures.ts';
import type { GitLab } from './ports.ts';

/**
 * Whether the id of a project is that of the project with its path. Secrets of some projects only
 * (`webhook.projectSecrets`) vouch for the path in a delivery, and everything after that goes by the id: whoever knows
 * one project's secret could write another's id beside its path. Asks GitLab only where there are such secrets.
 */
export async function hasOwnPath(
  { id, path }: Pick<Project, 'id' | 'path'>,
  { config, gitlab }: { readonly config: Pick<Config, 'webhook'>; readonly gitlab: Pick<GitLab, 'project'> },
): Promise<boolean> {
  if (config.webhook.projectSecrets.length === 0) return true;
  try {
    return (await gitlab.project(path)).id === id;
  } catch (error) {
    if (error instanceof Failure && error.kind === 'gone') return false;
    throw error;
  }
}
